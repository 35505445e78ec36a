package eval

import "slices"

var attrBuiltins = []primop{
	{name: "attrNames", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		attrs := ev.forceAttrs(a, pos)
		out := ev.cells(len(attrs))
		for i, k := range ev.nameOrder(attrs) {
			out[i] = ev.nameCell(k.sym)
		}
		return mkList(out)
	}},
	{name: "attrValues", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		attrs := ev.forceAttrs(a, pos)
		out := ev.cells(len(attrs))
		for i, k := range ev.nameOrder(attrs) {
			out[i] = attrs[k.index].val
		}
		return mkList(out)
	}},
	{name: "getAttr", arity: 2, two: func(ev *Evaluator, pos Pos, n, a *Value) Value {
		sym := ev.intern(ev.forcePlainString(n, pos))
		v := ev.force(a)
		return ev.selectFrom(v, sym, pos)
	}},
	{name: "hasAttr", arity: 2, two: func(ev *Evaluator, pos Pos, n, a *Value) Value {
		sym := ev.intern(ev.forcePlainString(n, pos))
		return mkBool(get(ev.forceAttrs(a, pos), sym) != nil)
	}},
	{name: "removeAttrs", arity: 2, two: removeAttrs},
	{name: "listToAttrs", arity: 1, one: listToAttrs},
	{name: "intersectAttrs", arity: 2, two: intersectAttrs},
	{name: "catAttrs", arity: 2, two: func(ev *Evaluator, pos Pos, n, l *Value) Value {
		sym := ev.intern(ev.forcePlainString(n, pos))
		var out []*Value
		for _, e := range ev.forceList(l, pos) {
			if c := get(ev.forceAttrs(e, pos), sym); c != nil {
				out = append(out, c)
			}
		}
		return mkList(out)
	}},
	{name: "mapAttrs", arity: 2, two: func(ev *Evaluator, pos Pos, f, a *Value) Value {
		attrs := ev.forceAttrs(a, pos)
		out := ev.newAttrs(len(attrs))
		for i, x := range attrs {
			out[i] = Attr{x.sym, 0, ev.cell(ev.later(application{f: f, a: ev.nameCell(x.sym), b: x.val, pos: pos}))}
		}
		return mkAttrs(out)
	}},
	{name: "zipAttrsWith", arity: 2, two: zipAttrsWith},
	{name: "unsafeGetAttrPos", arity: 2, two: func(ev *Evaluator, pos Pos, n, a *Value) Value {
		sym := ev.intern(ev.forcePlainString(n, pos))
		x := find(ev.forceAttrs(a, pos), sym)
		if x == nil {
			return null
		}
		return ev.posAttrs(x.pos)
	}},
}

func removeAttrs(ev *Evaluator, pos Pos, a, l *Value) Value {
	attrs := ev.forceAttrs(a, pos)
	var names []Sym
	for _, e := range ev.forceList(l, pos) {
		names = append(names, ev.intern(ev.forcePlainString(e, pos)))
	}
	slices.Sort(names)
	out := ev.newAttrs(len(attrs))
	n := 0
	for _, x := range attrs {
		if _, drop := slices.BinarySearch(names, x.sym); !drop {
			out[n] = x
			n++
		}
	}
	if n == len(attrs) {
		return *a
	}
	return mkAttrs(ev.trimAttrs(out, n))
}

func listToAttrs(ev *Evaluator, pos Pos, l *Value) Value {
	list := ev.forceList(l, pos)
	b := ev.buildAttrs(len(list))
	seen := make(map[Sym]bool, len(list))
	for _, e := range list {
		attrs := ev.forceAttrs(e, pos)
		name := find(attrs, ev.sym.name)
		if name == nil {
			ev.fail(pos, "attribute 'name' missing")
		}
		sym := ev.intern(ev.forcePlainString(name.val, pos))
		if seen[sym] {
			continue
		}
		seen[sym] = true
		value := find(attrs, ev.sym.value)
		if value == nil {
			ev.fail(pos, "attribute 'value' missing")
		}
		b.list = append(b.list, Attr{sym, value.pos, value.val})
	}
	return b.value()
}

func intersectAttrs(ev *Evaluator, pos Pos, x, y *Value) Value {
	a, b := ev.forceAttrs(x, pos), ev.forceAttrs(y, pos)
	out := ev.newAttrs(min(len(a), len(b)))
	n := 0
	small, large := a, b
	if len(b) < len(a) {
		small, large = b, a
	}
	for _, s := range small {
		found := find(large, s.sym)
		if found == nil {
			continue
		}
		out[n] = *found
		if len(b) < len(a) {
			out[n] = s
		}
		n++
	}
	return mkAttrs(ev.trimAttrs(out, n))
}

func zipAttrsWith(ev *Evaluator, pos Pos, f, l *Value) Value {
	values := map[Sym][]*Value{}
	ev.forceFunction(f, pos)
	for _, e := range ev.forceList(l, pos) {
		for _, a := range ev.forceAttrs(e, pos) {
			values[a.sym] = append(values[a.sym], a.val)
		}
	}
	b := ev.buildAttrs(len(values))
	for sym, list := range values {
		b.addCell(sym, ev.cell(mkApp(&application{f: f, a: ev.nameCell(sym), b: ev.cell(mkList(list)), pos: pos})))
	}
	return b.value()
}
