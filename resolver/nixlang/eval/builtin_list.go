package eval

var listBuiltins = []primop{
	{name: "length", arity: 1, one: func(ev *Evaluator, pos Pos, l *Value) Value {
		return mkInt(int64(len(ev.forceList(l, pos))))
	}},
	{name: "head", arity: 1, one: func(ev *Evaluator, pos Pos, l *Value) Value {
		list := ev.forceList(l, pos)
		if len(list) == 0 {
			ev.fail(pos, "'builtins.head' called on an empty list")
		}
		return ev.force(list[0])
	}},
	{name: "tail", arity: 1, one: func(ev *Evaluator, pos Pos, l *Value) Value {
		list := ev.forceList(l, pos)
		if len(list) == 0 {
			ev.fail(pos, "'builtins.tail' called on an empty list")
		}
		return mkList(list[1:])
	}},
	{name: "elemAt", arity: 2, two: elemAt},
	{name: "map", arity: 2, two: mapList},
	{name: "filter", arity: 2, two: filter},
	{name: "elem", arity: 2, two: func(ev *Evaluator, pos Pos, x, l *Value) Value {
		for _, e := range ev.forceList(l, pos) {
			if ev.equalCells(x, e, pos) {
				return trueVal
			}
		}
		return falseVal
	}},
	{name: "any", arity: 2, two: func(ev *Evaluator, pos Pos, f, l *Value) Value { return mkBool(ev.some(pos, f, l, true)) }},
	{name: "all", arity: 2, two: func(ev *Evaluator, pos Pos, f, l *Value) Value { return mkBool(!ev.some(pos, f, l, false)) }},
	{name: "concatLists", arity: 1, one: func(ev *Evaluator, pos Pos, l *Value) Value {
		return ev.concat(ev.forceList(l, pos), pos)
	}},
	{name: "concatMap", arity: 2, two: concatMap},
	{name: "genList", arity: 2, two: genList},
	{name: "foldl'", arity: 3, three: foldl},
	{name: "sort", arity: 2, two: sortList},
	{name: "partition", arity: 2, two: partition},
	{name: "groupBy", arity: 2, two: groupBy},
	{name: "genericClosure", arity: 1, one: genericClosure},
}

func elemAt(ev *Evaluator, pos Pos, l, n *Value) Value {
	list := ev.forceList(l, pos)
	i := ev.forceInt(n, pos)
	if i < 0 || i >= int64(len(list)) {
		ev.fail(pos, "'builtins.elemAt' called with index %d on a list of size %d", i, len(list))
	}
	return ev.force(list[i])
}

func mapList(ev *Evaluator, pos Pos, f, l *Value) Value {
	list := ev.forceList(l, pos)
	if len(list) == 0 {
		return noList
	}
	ev.forceFunction(f, pos)
	out := ev.cells(len(list))
	for i, e := range list {
		out[i] = ev.cell(ev.later(application{f: f, a: e, pos: pos}))
	}
	return mkList(out)
}

func filter(ev *Evaluator, pos Pos, f, l *Value) Value {
	list := ev.forceList(l, pos)
	if len(list) == 0 {
		return noList
	}
	fn := ev.forceFunction(f, pos)
	var out []*Value
	for _, e := range list {
		if ev.asBool(ev.call(fn, pos, e), pos) {
			out = append(out, e)
		}
	}
	if len(out) == len(list) {
		return *l
	}
	return mkList(out)
}

// some tells whether f returns want for any element.
func (ev *Evaluator) some(pos Pos, f, l *Value, want bool) bool {
	fn := ev.forceFunction(f, pos)
	for _, e := range ev.forceList(l, pos) {
		if ev.asBool(ev.call(fn, pos, e), pos) == want {
			return true
		}
	}
	return false
}

func (ev *Evaluator) concat(lists []*Value, pos Pos) Value {
	n := 0
	for _, l := range lists {
		n += len(ev.forceList(l, pos))
	}
	ev.roomForList(int64(n), pos)
	out := ev.cells(n)[:0]
	for _, l := range lists {
		out = append(out, l.list()...)
	}
	return mkList(out)
}

func concatMap(ev *Evaluator, pos Pos, f, l *Value) Value {
	fn := ev.forceFunction(f, pos)
	var out []*Value
	for _, e := range ev.forceList(l, pos) {
		v := ev.call(fn, pos, e)
		if v.kind() != kList {
			ev.typeError(pos, "a list", v)
		}
		ev.roomForList(int64(len(out)+v.payload()), pos)
		out = append(out, v.list()...)
	}
	return mkList(out)
}

func genList(ev *Evaluator, pos Pos, f, n *Value) Value {
	count := ev.forceInt(n, pos)
	if count < 0 {
		ev.fail(pos, "cannot create list of size %d", count)
	}
	ev.roomForList(count, pos)
	ev.forceFunction(f, pos)
	out := ev.cells(int(count))
	for i := range out {
		out[i] = ev.cell(ev.later(application{f: f, a: ev.cell(mkInt(int64(i))), pos: pos}))
	}
	return mkList(out)
}

func foldl(ev *Evaluator, pos Pos, f, start, l *Value) Value {
	fn := ev.forceFunction(f, pos)
	list := ev.forceList(l, pos)
	if len(list) == 0 {
		return ev.force(start)
	}
	acc := start
	for _, e := range list {
		acc = ev.cell(ev.call2(fn, pos, acc, e))
	}
	return *acc
}

func partition(ev *Evaluator, pos Pos, f, l *Value) Value {
	fn := ev.forceFunction(f, pos)
	var right, wrong []*Value
	for _, e := range ev.forceList(l, pos) {
		ev.force(e)
		if ev.asBool(ev.call(fn, pos, e), pos) {
			right = append(right, e)
		} else {
			wrong = append(wrong, e)
		}
	}
	b := ev.buildAttrs(2)
	b.add("right", mkList(right))
	b.add("wrong", mkList(wrong))
	return b.value()
}

func groupBy(ev *Evaluator, pos Pos, f, l *Value) Value {
	fn := ev.forceFunction(f, pos)
	groups := map[Sym][]*Value{}
	for _, e := range ev.forceList(l, pos) {
		sym := ev.intern(ev.plainString(ev.call(fn, pos, e), pos))
		groups[sym] = append(groups[sym], e)
	}
	b := ev.buildAttrs(len(groups))
	for sym, list := range groups {
		b.addCell(sym, ev.cell(mkList(list)))
	}
	return b.value()
}
