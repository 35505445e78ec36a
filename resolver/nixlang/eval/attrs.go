package eval

import (
	"cmp"
	"slices"
	"strings"
)

// Attr is one attribute. The attributes of a set are sorted by symbol.
type Attr struct {
	sym Sym
	pos Pos
	val *Value
}

// find returns the attribute of a name, or nil.
func find(attrs []Attr, sym Sym) *Attr {
	lo, n := 0, len(attrs)
	for n > 8 {
		half := n / 2
		if attrs[lo+half].sym <= sym {
			lo += half
		}
		n -= half
	}
	for i := lo; i < lo+n; i++ {
		if attrs[i].sym == sym {
			return &attrs[i]
		}
	}
	return nil
}

// get returns the value of a name, or nil.
func get(attrs []Attr, sym Sym) *Value {
	if a := find(attrs, sym); a != nil {
		return a.val
	}
	return nil
}

func compareSyms(a, b Attr) int { return cmp.Compare(a.sym, b.sym) }

func sortAttrs(attrs []Attr) { slices.SortFunc(attrs, compareSyms) }

// sortedByName returns the attributes in the order of their names.
func (ev *Evaluator) sortedByName(attrs []Attr) []Attr {
	sorted := make([]Attr, len(attrs))
	for i, k := range ev.nameOrder(attrs) {
		sorted[i] = attrs[k.index]
	}
	return sorted
}

// nameKey is an attribute, by its index, with the first bytes of its name.
type nameKey struct {
	prefix uint64
	index  int32
	sym    Sym
}

// nameOrder lists attributes in the order of their names; it is valid until the
// next call.
func (ev *Evaluator) nameOrder(attrs []Attr) []nameKey {
	keys := ev.nameKeys[:0]
	for i := range attrs {
		sym := attrs[i].sym
		keys = append(keys, nameKey{ev.prefix(sym), int32(i), sym})
	}
	ev.nameKeys = keys
	slices.SortFunc(keys, func(a, b nameKey) int {
		if a.prefix != b.prefix {
			return cmp.Compare(a.prefix, b.prefix)
		}
		return strings.Compare(ev.name(a.sym), ev.name(b.sym))
	})
	return keys
}

// update returns a // b.
func (ev *Evaluator) update(av, bv Value) Value {
	a, b := av.attrs(), bv.attrs()
	if len(a) == 0 {
		return bv
	}
	if len(b) == 0 {
		return av
	}
	out := ev.newAttrs(len(a) + len(b))
	return mkAttrs(ev.trimAttrs(out, merge(out, a, b)))
}

// updateAll returns a // (b // …). Only what comes out in the end is kept.
func (ev *Evaluator) updateAll(sets []Value) Value {
	var some [longestChain + 1]Value
	n := 0
	for _, s := range sets {
		if len(s.attrs()) > 0 {
			some[n] = s
			n++
		}
	}
	switch n {
	case 0:
		return noAttrs
	case 1:
		return some[0]
	}
	right := some[n-1].attrs()
	for i := n - 2; i > 0; i-- {
		left := some[i].attrs()
		room := &ev.merged[i%2]
		*room = slices.Grow((*room)[:0], len(left)+len(right))[:len(left)+len(right)]
		right = (*room)[:merge(*room, left, right)]
	}
	left := some[0].attrs()
	out := ev.newAttrs(len(left) + len(right))
	return mkAttrs(ev.trimAttrs(out, merge(out, left, right)))
}

// merge writes a // b to out, which has room for all of both, and returns how
// many attributes that are.
func merge(out, a, b []Attr) int {
	if len(b) < len(a)/8 {
		return mergeFew(out, a, b)
	}
	return mergeEven(out, a, b)
}

// mergeEven merges attribute by attribute.
func mergeEven(out, a, b []Attr) int {
	i, j, n := 0, 0, 0
	for i < len(a) && j < len(b) {
		switch x, y := a[i].sym, b[j].sym; {
		case x < y:
			out[n] = a[i]
			i++
		case x > y:
			out[n] = b[j]
			j++
		default:
			out[n] = b[j]
			i++
			j++
		}
		n++
	}
	n += copy(out[n:], a[i:])
	n += copy(out[n:], b[j:])
	return n
}

// mergeFew merges a few attributes into many: runs are copied at once.
func mergeFew(out, a, b []Attr) int {
	n := 0
	for _, y := range b {
		at, found := slices.BinarySearchFunc(a, y, compareSyms)
		n += copy(out[n:], a[:at])
		out[n] = y
		n++
		if found {
			at++
		}
		a = a[at:]
	}
	return n + copy(out[n:], a)
}

// attrsBuilder collects attributes under names; the first of a name wins.
type attrsBuilder struct {
	ev   *Evaluator
	list []Attr
}

func (ev *Evaluator) buildAttrs(n int) *attrsBuilder {
	return &attrsBuilder{ev, ev.newAttrs(n)[:0]}
}

func (b *attrsBuilder) add(name string, v Value) { b.addCell(b.ev.intern(name), b.ev.cell(v)) }

func (b *attrsBuilder) addCell(sym Sym, v *Value) {
	b.list = append(b.list, Attr{sym, 0, v})
}

// value returns the set.
func (b *attrsBuilder) value() Value {
	slices.SortStableFunc(b.list, compareSyms)
	return mkAttrs(slices.CompactFunc(b.list, func(x, y Attr) bool { return x.sym == y.sym }))
}
