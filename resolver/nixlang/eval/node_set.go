package eval

import (
	"slices"

	"devenv/resolver/nixlang/syntax"
)

// entry is one attribute of a set expression. It is evaluated in the scope
// around the set if outer, or selected from the set's source number from, if
// that is not negative.
type entry struct {
	sym   Sym
	pos   Pos
	slot  int32 // in the scope of a recursive set or a let
	from  int32
	node  Node
	outer bool
}

// dynamicEntry is an attribute whose name is computed.
type dynamicEntry struct {
	name, value Node
	pos         Pos
}

// bindingSet is what sets and let have in common. The entries of sets are sorted
// by symbol.
type bindingSet struct {
	entries []entry
	from    []Node
}

// sources makes a cell for each source of `inherit (source)`.
func (b *bindingSet) sources(ev *Evaluator, env *Env) []*Value {
	if len(b.from) == 0 {
		return nil
	}
	cells := ev.cells(len(b.from))
	for i, n := range b.from {
		cells[i] = n.Thunk(ev, env)
	}
	return cells
}

// cell makes the cell of an entry.
func (e *entry) cell(ev *Evaluator, outer, env *Env, sources []*Value) *Value {
	if e.from >= 0 {
		src := sources[e.from]
		if src.kind() == kAttrs {
			if c := get(src.attrs(), e.sym); c != nil {
				return c
			}
		}
		return ev.cell(mkSelect(&selection{src, e.sym, e.pos}))
	}
	if e.outer {
		env = outer
	}
	return e.node.Thunk(ev, env)
}

// unshared returns a cell of the entry's own: what an override replaces must not
// have been looked at before.
func (e *entry) unshared(ev *Evaluator, env *Env, c *Value) *Value {
	if n, ok := e.node.(interface{ codeNumber() int }); ok {
		return ev.cell(mkThunk(env, n.codeNumber()))
	}
	return c
}

// setNode is { … }.
type setNode struct {
	lazy
	at
	bindingSet
	dynamic []dynamicEntry
}

func (n *setNode) Eval(ev *Evaluator, env *Env) Value {
	attrs := ev.newAttrs(len(n.entries) + len(n.dynamic))[:len(n.entries)]
	sources := n.sources(ev, env)
	for i := range n.entries {
		e := &n.entries[i]
		attrs[i] = Attr{e.sym, e.pos, e.cell(ev, env, env, sources)}
	}
	if n.dynamic != nil {
		attrs = ev.addDynamic(attrs, n.dynamic, env)
	}
	return mkAttrs(attrs)
}

// recNode is rec { … }.
type recNode struct {
	lazy
	at
	bindingSet
	dynamic   []dynamicEntry
	overrides int // index of __overrides, or -1
}

func (n *recNode) Eval(ev *Evaluator, outer *Env) Value {
	env := ev.newEnv(outer, len(n.entries))
	attrs := ev.newAttrs(len(n.entries) + len(n.dynamic))[:len(n.entries)]
	sources := n.sources(ev, env)
	for i := range n.entries {
		e := &n.entries[i]
		c := e.cell(ev, outer, env, sources)
		if n.overrides >= 0 && e.from < 0 && !e.outer {
			c = e.unshared(ev, env, c)
		}
		*env.slot(int(e.slot)) = c
		attrs[i] = Attr{e.sym, e.pos, c}
	}
	if n.overrides >= 0 {
		attrs = n.override(ev, attrs, env)
	}
	if n.dynamic != nil {
		attrs = ev.addDynamic(attrs, n.dynamic, env)
	}
	return mkAttrs(attrs)
}

// override lets the attributes of __overrides replace those of the set, also
// where the set refers to itself.
func (n *recNode) override(ev *Evaluator, attrs []Attr, env *Env) []Attr {
	for _, a := range ev.forceAttrs(attrs[n.overrides].val, n.pos) {
		old := find(attrs[:len(n.entries)], a.sym)
		if old == nil {
			attrs = append(attrs, a)
			continue
		}
		for i := range n.entries {
			if n.entries[i].sym == a.sym {
				*env.slot(int(n.entries[i].slot)) = a.val
			}
		}
		*old = a
	}
	sortAttrs(attrs)
	return attrs
}

// addDynamic adds the attributes whose names are computed; null is no name.
// There should be room for them behind attrs.
func (ev *Evaluator) addDynamic(attrs []Attr, dynamic []dynamicEntry, env *Env) []Attr {
	for _, d := range dynamic {
		v := d.name.Eval(ev, env)
		if v.kind() == kNull {
			continue
		}
		sym := ev.intern(ev.plainString(v, d.pos))
		at, found := slices.BinarySearchFunc(attrs, Attr{sym: sym}, compareSyms)
		if found {
			ev.fail(d.pos, "dynamic attribute '%s' already defined at %s", syntax.QuoteName(ev.name(sym)), ev.Place(attrs[at].pos))
		}
		attrs = slices.Insert(attrs, at, Attr{sym, d.pos, d.value.Thunk(ev, env)})
	}
	return attrs
}

// letNode is let … in.
type letNode struct {
	lazy
	at
	bindingSet
	body Node
}

func (n *letNode) Eval(ev *Evaluator, outer *Env) Value {
	env := ev.newEnv(outer, len(n.entries))
	sources := n.sources(ev, env)
	for i := range n.entries {
		*env.slot(i) = n.entries[i].cell(ev, outer, env, sources) // in the order of the source
	}
	return n.body.Eval(ev, env)
}

// withNode is with set; body.
type withNode struct {
	lazy
	at
	set, body Node
}

func (n *withNode) Eval(ev *Evaluator, outer *Env) Value {
	env := ev.newEnv(outer, 1)
	*env.slot(0) = n.set.Thunk(ev, outer)
	return n.body.Eval(ev, env)
}

// listNode is [ … ].
type listNode struct {
	lazy
	at
	elems []Node
}

func (n *listNode) Eval(ev *Evaluator, env *Env) Value {
	cells := ev.cells(len(n.elems))
	for i, e := range n.elems {
		cells[i] = e.Thunk(ev, env)
	}
	return mkList(cells)
}
