package eval

// callNode is f a b c.
type callNode struct {
	lazy
	at
	f    Node
	args []Node
}

func (n *callNode) Eval(ev *Evaluator, env *Env) Value {
	f := n.f.Eval(ev, env)
	for i := 0; i < len(n.args); {
		switch f.kind() {
		case kLambda:
			f = ev.apply(f, n.pos, n.args[i].Thunk(ev, env))
			i++
		case kPrimop:
			op := f.primop()
			if len(n.args)-i < op.arity {
				return mkPartial(&partial{op, thunks(ev, env, n.args[i:])})
			}
			f = op.callNodes(ev, env, n.pos, n.args[i:])
			i += op.arity
		default:
			f = ev.call(f, n.pos, n.args[i].Thunk(ev, env))
			i++
		}
	}
	return f
}

func thunks(ev *Evaluator, env *Env, nodes []Node) []*Value {
	cells := ev.cells(len(nodes))
	for i, n := range nodes {
		cells[i] = n.Thunk(ev, env)
	}
	return cells
}

// call calls any value with one argument.
func (ev *Evaluator) call(f Value, pos Pos, arg *Value) Value {
	switch f.kind() {
	case kLambda:
		return ev.apply(f, pos, arg)
	case kPrimop:
		op := f.primop()
		if op.arity > 1 {
			return mkPartial(&partial{op, []*Value{arg}})
		}
		return op.one(ev, pos, arg)
	case kPartial:
		p := f.partial()
		args := append(p.args[:len(p.args):len(p.args)], arg)
		if len(args) < p.op.arity {
			return mkPartial(&partial{p.op, args})
		}
		return p.op.call(ev, pos, args)
	case kAttrs:
		if functor := get(f.attrs(), ev.sym.functor); functor != nil {
			ev.enter(pos)
			inner := ev.call(ev.force(functor), pos, ev.cell(f))
			v := ev.call(inner, pos, arg)
			ev.leave()
			return v
		}
	}
	ev.fail(pos, "attempt to call something which is not a function but %s: %s", typeName(f), ev.brief(f))
	return null
}

// call2 calls a value with two arguments.
func (ev *Evaluator) call2(f Value, pos Pos, a, b *Value) Value {
	if f.kind() == kPrimop && f.primop().arity == 2 {
		return f.primop().two(ev, pos, a, b)
	}
	return ev.call(ev.call(f, pos, a), pos, b)
}

// primop is a builtin function. Exactly one of its functions is set.
type primop struct {
	name  string
	arity int
	one   func(*Evaluator, Pos, *Value) Value
	two   func(*Evaluator, Pos, *Value, *Value) Value
	three func(*Evaluator, Pos, *Value, *Value, *Value) Value
}

func (op *primop) call(ev *Evaluator, pos Pos, args []*Value) Value {
	switch op.arity {
	case 1:
		return op.one(ev, pos, args[0])
	case 2:
		return op.two(ev, pos, args[0], args[1])
	}
	return op.three(ev, pos, args[0], args[1], args[2])
}

func (op *primop) callNodes(ev *Evaluator, env *Env, pos Pos, args []Node) Value {
	a := args[0].Thunk(ev, env)
	if op.arity == 1 {
		return op.one(ev, pos, a)
	}
	b := args[1].Thunk(ev, env)
	if op.arity == 2 {
		return op.two(ev, pos, a, b)
	}
	return op.three(ev, pos, a, b, args[2].Thunk(ev, env))
}
