package eval

import (
	"cmp"
	"slices"
	"strings"
)

var contextBuiltins = []primop{
	{name: "hasContext", arity: 1, one: func(ev *Evaluator, pos Pos, s *Value) Value {
		var ctx Context
		ev.forceString(s, pos, &ctx)
		return mkBool(len(ctx) > 0)
	}},
	{name: "unsafeDiscardStringContext", arity: 1, one: func(ev *Evaluator, pos Pos, s *Value) Value {
		var ctx Context
		return mkString(ev.coerceCell(s, pos, &ctx, coerceStore))
	}},
	{name: "unsafeDiscardOutputDependency", arity: 1, one: func(ev *Evaluator, pos Pos, s *Value) Value {
		return ev.mapContext(s, pos, func(e ContextElem) ContextElem {
			if e.Kind == DeepDrv {
				e.Kind = OpaquePath
			}
			return e
		})
	}},
	{name: "addDrvOutputDependencies", arity: 1, one: addDrvOutputDependencies},
	{name: "getContext", arity: 1, one: getContext},
	{name: "appendContext", arity: 2, two: appendContext},
}

func (ev *Evaluator) mapContext(s *Value, pos Pos, f func(ContextElem) ContextElem) Value {
	var ctx, out Context
	text := ev.coerceCell(s, pos, &ctx, coerceStore)
	for _, id := range ctx {
		out.add(ev.contextOf(f(ev.contexts[id])))
	}
	return mkContextString(text, out)
}

func addDrvOutputDependencies(ev *Evaluator, pos Pos, s *Value) Value {
	var ctx Context
	text := ev.coerceCell(s, pos, &ctx, coerceStore)
	if len(ctx) != 1 {
		ev.fail(pos, "context of string '%s' must have exactly one element, but has %d", text, len(ctx))
	}
	e := ev.contexts[ctx[0]]
	switch e.Kind {
	case OpaquePath:
		if !strings.HasSuffix(e.Path, ".drv") {
			ev.fail(pos, "path '%s' is not a derivation", e.Path)
		}
	case BuiltOutput:
		ev.fail(pos, "`addDrvOutputDependencies` can only act on derivations, not on a derivation output such as '%s'", e.Output)
	}
	return mkContextString(text, ev.contextOf(ContextElem{Kind: DeepDrv, Path: e.Path}))
}

// contextInfo is what a string says of one store path.
type contextInfo struct {
	path, all bool
	outputs   []string
}

func getContext(ev *Evaluator, pos Pos, s *Value) Value {
	var ctx Context
	ev.forceString(s, pos, &ctx)
	infos := map[string]*contextInfo{}
	for _, id := range ctx {
		e := ev.contexts[id]
		info := infos[e.Path]
		if info == nil {
			info = &contextInfo{}
			infos[e.Path] = info
		}
		switch e.Kind {
		case OpaquePath:
			info.path = true
		case DeepDrv:
			info.all = true
		case BuiltOutput:
			info.outputs = append(info.outputs, e.Output)
		}
	}
	b := ev.buildAttrs(len(infos))
	for path, info := range infos {
		b.add(path, ev.contextInfo(info))
	}
	return b.value()
}

func (ev *Evaluator) contextInfo(info *contextInfo) Value {
	b := ev.buildAttrs(3)
	if info.path {
		b.add("path", trueVal)
	}
	if info.all {
		b.add("allOutputs", trueVal)
	}
	if len(info.outputs) > 0 {
		slices.Sort(info.outputs)
		var list []*Value
		for _, o := range info.outputs {
			list = append(list, ev.cell(mkString(o)))
		}
		b.add("outputs", mkList(list))
	}
	return b.value()
}

func appendContext(ev *Evaluator, pos Pos, s, c *Value) Value {
	var ctx Context
	text := ev.forceString(s, pos, &ctx)
	for _, a := range ev.sortedByName(ev.forceAttrs(c, pos)) {
		path := ev.name(a.sym)
		if !ev.isStorePath(path) {
			ev.fail(pos, "context key '%s' is not a store path", path)
		}
		info := ev.forceAttrs(a.val, pos)
		flag := func(name string) bool {
			c := get(info, ev.intern(name))
			return c != nil && ev.forceBool(c, pos)
		}
		if flag("path") {
			ctx.add(ev.contextOf(ContextElem{Kind: OpaquePath, Path: path}))
		}
		isDrv := strings.HasSuffix(path, ".drv")
		if flag("allOutputs") {
			if !isDrv {
				ev.fail(pos, "tried to add all-outputs context of %s, which is not a derivation, to a string", path)
			}
			ctx.add(ev.contextOf(ContextElem{Kind: DeepDrv, Path: path}))
		}
		if outputs := get(info, ev.sym.outputs); outputs != nil {
			list := ev.forceList(outputs, pos)
			if len(list) > 0 && !isDrv {
				ev.fail(pos, "tried to add derivation output context of %s, which is not a derivation, to a string", path)
			}
			for _, o := range list {
				name := ev.forcePlainString(o, pos)
				ctx.add(ev.contextOf(ContextElem{Kind: BuiltOutput, Path: path, Output: name}))
			}
		}
	}
	return mkContextString(text, ctx)
}

// sortedContext lists the elements of a context in a fixed order.
func (ev *Evaluator) sortedContext(ctx Context) []ContextElem {
	list := make([]ContextElem, len(ctx))
	for i, id := range ctx {
		list[i] = ev.contexts[id]
	}
	slices.SortFunc(list, func(a, b ContextElem) int {
		return cmp.Or(cmp.Compare(a.Path, b.Path), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Output, b.Output))
	})
	return list
}
