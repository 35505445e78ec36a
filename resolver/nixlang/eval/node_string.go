package eval

import "path"

// interpNode is a string with interpolations.
type interpNode struct {
	lazy
	at
	parts []Node
}

func (n *interpNode) Eval(ev *Evaluator, env *Env) Value {
	var ctx Context
	var buf [8]string
	texts := buf[:0]
	for _, part := range n.parts {
		if c, ok := part.(*constant); ok && c.cell.kind() == kString {
			texts = append(texts, c.cell.str())
			continue
		}
		texts = append(texts, ev.coerce(part.Eval(ev, env), n.pos, &ctx, coerceStrict))
	}
	return mkContextString(ev.join(texts, "", n.pos), ctx)
}

// pathInterpNode is a path with interpolations.
type pathInterpNode struct {
	lazy
	at
	first string
	parts []Node
}

func (n *pathInterpNode) Eval(ev *Evaluator, env *Env) Value {
	var ctx Context
	s := n.first
	for _, part := range n.parts {
		s += ev.coerce(part.Eval(ev, env), n.pos, &ctx, coercePath)
	}
	return ev.pathOf(n.first, s, ctx, n.pos)
}

// pathOf makes a path of joined parts, which may have no context; first is the
// first of them.
func (ev *Evaluator) pathOf(first, s string, ctx Context, pos Pos) Value {
	if len(ctx) > 0 {
		ev.fail(pos, "a string that refers to a store path cannot be appended to a path")
	}
	return mkPath(ev.asPath(first, path.Clean("/"+s)))
}

// Eval adds numbers, strings, or a path and what follows.
func (n *addNode) Eval(ev *Evaluator, env *Env) Value {
	a := n.a.Eval(ev, env)
	switch a.kind() {
	case kInt, kFloat, kPath, kString, kContext:
		return ev.add(a, n.b.Eval(ev, env), n.pos)
	}
	var ctx Context // what is no string is made one before the other side is looked at
	x := ev.coerce(a, n.pos, &ctx, coercePath)
	return mkContextString(x+ev.coerce(n.b.Eval(ev, env), n.pos, &ctx, coercePath), ctx)
}

// add adds to a number, a path or a string.
func (ev *Evaluator) add(a, b Value, pos Pos) Value {
	switch a.kind() {
	case kInt:
		switch b.kind() {
		case kInt:
			return ev.arithInt('+', a.int(), b.int(), pos)
		case kFloat:
			return mkFloat(float64(a.int()) + b.float())
		}
		ev.fail(pos, "cannot add %s to an integer", typeName(b))
	case kFloat:
		if k := b.kind(); k != kInt && k != kFloat {
			ev.fail(pos, "cannot add %s to a float", typeName(b))
		}
		return mkFloat(a.float() + ev.number(b, "a float", pos))
	case kPath:
		var ctx Context
		return ev.pathOf(a.str(), a.str()+ev.coerce(b, pos, &ctx, coercePath), ctx, pos)
	}
	ctx := a.context()
	text := ev.coerce(b, pos, &ctx, coerceStrict)
	ev.roomForText(len(a.str())+len(text), pos)
	ev.takeText(len(a.str()) + len(text))
	return mkContextString(a.str()+text, ctx)
}
