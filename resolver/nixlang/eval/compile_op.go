package eval

import "devenv/resolver/nixlang/syntax"

// functionOf names the builtin behind an operator; a program may define a
// variable of that name, which is then called instead.
var functionOf = [...]string{
	syntax.Sub: "__sub", syntax.Neg: "__sub", syntax.Mul: "__mul", syntax.Div: "__div",
	syntax.Lt: "__lessThan", syntax.Le: "__lessThan", syntax.Gt: "__lessThan", syntax.Ge: "__lessThan",
}

// redefinable is functionOf, or nothing.
func redefinable(k syntax.Kind) string {
	if int(k) < len(functionOf) {
		return functionOf[k]
	}
	return ""
}

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
	if name := redefinable(n.Kind); name != "" {
		if sym := c.local(name); c.vars[sym].depth >= 0 {
			return c.redefined(n.Kind, c.variable(sym, here), a, b, here), height
		}
	}
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

// redefined calls the program's own operator.
func (c *compiler) redefined(kind syntax.Kind, f, a, b Node, here at) Node {
	if kind == syntax.Gt || kind == syntax.Le {
		a, b = b, a
	}
	node := number(c, &callNode{at: here, f: f, args: []Node{a, b}})
	if kind == syntax.Le || kind == syntax.Ge {
		node = number(c, &notNode{at: here, a: node})
	}
	return node
}
