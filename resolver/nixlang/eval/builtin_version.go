package eval

import "devenv/resolver/nixlang/version"

var versionBuiltins = []primop{
	{name: "compareVersions", arity: 2, two: func(ev *Evaluator, pos Pos, a, b *Value) Value {
		x := ev.forcePlainString(a, pos)
		return mkInt(int64(version.Compare(x, ev.forcePlainString(b, pos))))
	}},
	{name: "splitVersion", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var out []*Value
		for _, part := range version.Split(ev.forcePlainString(a, pos)) {
			out = append(out, ev.cell(mkString(part)))
		}
		return mkList(out)
	}},
	{name: "parseDrvName", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		name, number := version.ParseName(ev.forcePlainString(a, pos))
		b := ev.buildAttrs(2)
		b.add("name", mkString(name))
		b.add("version", mkString(number))
		return b.value()
	}},
}
