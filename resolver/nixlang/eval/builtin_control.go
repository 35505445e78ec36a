package eval

var controlBuiltins = []primop{
	{name: "throw", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		msg := ev.coerceCell(a, pos, &ctx, coerceStore)
		ev.throw(&Error{Kind: Thrown, Msg: msg, pos: pos, Hints: packageHints(msg)})
		return null
	}},
	{name: "abort", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		ev.throw(&Error{
			Kind: Aborted, pos: pos,
			Msg: "evaluation aborted with the following error message: '" + ev.coerceCell(a, pos, &ctx, coerceStore) + "'",
		})
		return null
	}},
	{name: "seq", arity: 2, two: func(ev *Evaluator, _ Pos, a, b *Value) Value {
		ev.force(a)
		return ev.force(b)
	}},
	{name: "deepSeq", arity: 2, two: func(ev *Evaluator, _ Pos, a, b *Value) Value {
		ev.deepForce(a, map[Value]bool{})
		return ev.force(b)
	}},
	{name: "tryEval", arity: 1, one: tryEval},
	{name: "addErrorContext", arity: 2, two: func(ev *Evaluator, pos Pos, text, a *Value) Value {
		v := null
		if err := ev.catch(func() { v = ev.force(a) }); err != nil {
			var ctx Context
			ev.note(err, 0, true, ev.coerceCell(text, pos, &ctx, coercePath))
			panic(err)
		}
		return v
	}},
	{name: "trace", arity: 2, two: trace},
	{name: "traceVerbose", arity: 2, two: func(ev *Evaluator, pos Pos, text, a *Value) Value {
		if ev.opts.TraceVerbose {
			return trace(ev, pos, text, a)
		}
		return ev.force(a)
	}},
	{name: "warn", arity: 2, two: func(ev *Evaluator, pos Pos, text, a *Value) Value {
		ev.host.Message("evaluation warning: " + ev.forceString(text, pos, nil))
		if ev.opts.AbortOnWarn {
			ev.throw(&Error{Kind: Aborted, pos: pos, Msg: "aborting to reveal stack trace of warning, as abort-on-warn is set"})
		}
		return ev.force(a)
	}},
	{name: "break", arity: 1, one: func(ev *Evaluator, _ Pos, a *Value) Value { return ev.force(a) }},
	{name: "import", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		p := ev.realPath(a, pos)
		if v, ok := ev.importDerivation(p, pos); ok {
			return v
		}
		return ev.importFile(p, pos)
	}},
	{name: "scopedImport", arity: 2, two: scopedImport},
}

func trace(ev *Evaluator, _ Pos, text, a *Value) Value {
	v := ev.force(text)
	msg := ""
	if v.isString() {
		msg = v.str()
	} else {
		msg = ev.brief(v)
	}
	ev.host.Message("trace: " + msg)
	return ev.force(a)
}

// tryEval catches what throw and assert throw, and nothing else.
func tryEval(ev *Evaluator, _ Pos, a *Value) Value {
	v, ok := falseVal, false
	if err := ev.catch(func() { v, ok = ev.force(a), true }); err != nil && err.Kind != Thrown && err.Kind != AssertFailed {
		panic(err)
	}
	b := ev.buildAttrs(2)
	b.add("success", mkBool(ok))
	b.add("value", v)
	return b.value()
}

// scopedImport evaluates a file with a set's attributes as further variables.
func scopedImport(ev *Evaluator, pos Pos, scope, file *Value) Value {
	attrs := ev.forceAttrs(scope, pos)
	path := ev.resolveImport(ev.realPath(file, pos), pos)
	names := make([]Sym, len(attrs))
	env := ev.newEnv(nil, len(attrs))
	for i, a := range attrs {
		names[i] = a.sym
		*env.slot(i) = a.val
	}
	return ev.loadFile(path, pos, names).Eval(ev, env)
}
