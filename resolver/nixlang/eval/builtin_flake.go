package eval

import (
	"fmt"
	"maps"
	"slices"
)

var flakeBuiltins = []primop{
	{name: "getFlake", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		v := ev.force(a)
		ref := ""
		if v.kind() == kPath {
			ref = ev.asText(v.str())
		} else {
			ref = ev.plainString(v, pos)
		}
		flake, err := ev.host.Flake(ev.life, ev, ref, ev.opts.Pure)
		if err != nil {
			ev.rethrow(pos, err)
		}
		return ev.force(flake)
	}},
	{name: "parseFlakeRef", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		attrs, err := ev.host.ParseFlakeRef(ev.forcePlainString(a, pos))
		if err != nil {
			ev.rethrow(pos, err)
		}
		return ev.fetchAttrsValue(attrs)
	}},
	{name: "flakeRefToString", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		attrs := map[string]FetchAttr{}
		for _, x := range ev.sortedByName(ev.forceAttrs(a, pos)) {
			v, name := ev.force(x.val), ev.name(x.sym)
			value, ok := ev.fetchAttr(v, "flake ref attr "+name, pos)
			if !ok || v.kind() == kPath {
				ev.fail(pos, "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute '%s' is %s", name, typeName(v))
			}
			attrs[name] = value
		}
		ref, err := ev.host.FlakeRefToString(attrs)
		if err != nil {
			ev.rethrow(pos, err)
		}
		return mkString(ref)
	}},
}

// fetchAttrsValue makes a set of typed attributes.
func (ev *Evaluator) fetchAttrsValue(attrs map[string]FetchAttr) Value {
	b := ev.buildAttrs(len(attrs))
	for _, name := range slices.Sorted(maps.Keys(attrs)) {
		switch x := attrs[name].(type) {
		case string:
			b.add(name, mkString(x))
		case int64:
			b.add(name, mkInt(x))
		case bool:
			b.add(name, mkBool(x))
		default:
			panic(fmt.Sprintf("a Host gave attribute %q as a %T", name, x))
		}
	}
	return b.value()
}
