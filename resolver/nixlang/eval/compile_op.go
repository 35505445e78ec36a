package eval

import "devenv/resolver/nixlang/syntax"

func (c *compiler) operator(n syntax.Node, here at) (Node, int) {
	a, h1 := c.expr(syntax.ID(n.A))
	var b Node
	h2 := 0
	if n.Kind == syntax.Neg {
		a, b = c.constant(mkInt(0)), a
	} else {
		b, h2 = c.expr(syntax.ID(n.B))
	}
	height := max(h1, h2)
	x := binary{at: here, a: a, b: b}
	switch n.Kind {
	case syntax.Neg, syntax.Sub:
		return number(c, &subNode{x}), height
	case syntax.Add:
		return number(c, &addNode{x}), height
	case syntax.Mul:
		return number(c, &mulNode{x}), height
	case syntax.Div:
		return number(c, &divNode{x}), height
	case syntax.Eq:
		return number(c, &eqNode{x}), height
	case syntax.Neq:
		return number(c, &neqNode{x}), height
	case syntax.Lt:
		return number(c, &ltNode{x}), height
	case syntax.Le:
		return number(c, &leNode{x}), height
	case syntax.Gt:
		return number(c, &gtNode{x}), height
	case syntax.Ge:
		return number(c, &geNode{x}), height
	case syntax.And:
		return number(c, &andNode{x}), height
	case syntax.Or:
		return number(c, &orNode{x}), height
	case syntax.Impl:
		return number(c, &implNode{x}), height
	case syntax.Update:
		return number(c, &updateNode{x}), height
	}
	return number(c, &concatNode{x}), height
}
