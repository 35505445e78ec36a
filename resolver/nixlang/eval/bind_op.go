package eval

import "devenv/resolver/nixlang/syntax"

// operators are the functions behind parts of the syntax; a program may define a
// variable of that name, which is then called instead.
var operators = [...]string{"__sub", "__mul", "__div", "__lessThan", "__findFile", "__nixPath"}

const (
	opSub = iota
	opMul
	opDiv
	opLess
	opFind
	opPath
)

// operatorOf returns the number of the function behind an operator.
func operatorOf(k syntax.Kind) (op int, ok bool) {
	switch k {
	case syntax.Sub, syntax.Neg:
		return opSub, true
	case syntax.Mul:
		return opMul, true
	case syntax.Div:
		return opDiv, true
	case syntax.Lt, syntax.Le, syntax.Gt, syntax.Ge:
		return opLess, true
	}
	return 0, false
}

// redefined reports whether the program has its own function of that number.
func (b *binder) redefined(op int) bool {
	sym := b.own[op]
	return sym != 0 && b.vars[sym].depth >= 0
}

// operator makes an operator a call of the program's own function, if there is
// one.
func (b *binder) operator(id syntax.ID) {
	n := b.tree.Nodes[id]
	op, ok := operatorOf(n.Kind)
	if !ok || !b.redefined(op) {
		return
	}
	x, y := n.A, n.B
	switch n.Kind {
	case syntax.Neg:
		x, y = b.add(syntax.Node{Kind: syntax.Int, Pos: n.Pos}), n.A
	case syntax.Gt, syntax.Le:
		x, y = y, x
	}
	call := b.call(n.Pos, b.name(op, n.Pos), x, y)
	if n.Kind == syntax.Le || n.Kind == syntax.Ge {
		call = syntax.Node{Kind: syntax.Not, Pos: n.Pos, A: b.add(call)}
	}
	b.tree.Nodes[id] = call
}

// searchPath makes <a/b> a call, if one of its two functions is the program's
// own.
func (b *binder) searchPath(id syntax.ID) {
	if !b.redefined(opFind) && !b.redefined(opPath) {
		return
	}
	n := b.tree.Nodes[id]
	text := n
	text.Kind = syntax.Str
	call := b.call(n.Pos, b.name(opFind, n.Pos), b.name(opPath, n.Pos), b.add(text))
	b.tree.Nodes[id] = call
}

func (b *binder) add(n syntax.Node) uint32 {
	b.tree.Nodes = append(b.tree.Nodes, n)
	return uint32(len(b.tree.Nodes) - 1)
}

// name adds the use of a function's name, and binds it.
func (b *binder) name(op int, pos uint32) uint32 {
	if b.own[op] == 0 {
		b.own[op] = b.tree.Symbols.Intern(operators[op])
		b.vars = append(b.vars, variable{depth: -1})
	}
	id := b.add(syntax.Node{Kind: syntax.Var, Pos: pos, A: uint32(b.own[op])})
	b.variable(syntax.ID(id))
	return id
}

func (b *binder) call(pos, f, x, y uint32) syntax.Node {
	t := b.tree
	t.Extra = append(t.Extra, x, y)
	return syntax.Node{Kind: syntax.Call, Pos: pos, N: 2, A: f, B: uint32(len(t.Extra) - 2)}
}
