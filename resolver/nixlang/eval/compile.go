package eval

import (
	"devenv/resolver/nixlang/syntax"
)

// maxHeight bounds the height of an expression, so that compiling and
// evaluating it cannot exhaust the stack; heavyHeight is from where on its
// evaluation counts as more than one call.
const (
	maxHeight   = 100_000
	heavyHeight = 64
)

// variable is what a name means: a slot of the scope at an absolute depth, or
// nothing if depth is negative.
type variable struct{ depth, slot int }

// shadowed remembers what a name meant outside a scope.
type shadowed struct {
	sym syntax.Sym
	was variable
}

// compiler turns one tree into nodes. It walks the tree once and keeps, for
// each symbol of the file, what it means where the walk is.
type compiler struct {
	ev     *Evaluator
	tree   *syntax.Tree
	base   Pos
	place  syntax.Place
	syms   []Sym // of the file's symbols
	vars   []variable
	undo   []shadowed
	depth  int   // scopes around the walk
	withs  []int // depths of the scopes that `with` made
	nested int
}

func (ev *Evaluator) compile(tree *syntax.Tree, f *file, place syntax.Place, scope []Sym) Node {
	n := tree.Symbols.Len()
	c := &compiler{ev: ev, tree: tree, base: f.base, place: place, syms: make([]Sym, n), vars: make([]variable, n)}
	index := map[Sym]int{}
	for i, s := range scope {
		index[s] = i
	}
	for i := range n {
		c.syms[i] = ev.syms.InternFrom(&tree.Symbols, syntax.Sym(i))
		c.vars[i].depth = -1
		if slot, ok := index[c.syms[i]]; ok {
			c.vars[i] = variable{1, slot}
		}
	}
	if scope != nil {
		c.depth = 1
	}
	node, _ := c.expr(tree.Root)
	return node
}

func (c *compiler) pos(off uint32) Pos { return c.base + Pos(off) }

// number registers a node as the code of thunks.
func number[N numbered](c *compiler, n N) Node {
	n.number(c.ev.code.add(n))
	return n
}

func (c *compiler) constant(v Value) Node { return &constant{c.ev.cell(v)} }

// open begins a scope of the given names; close ends it.
func (c *compiler) open() int {
	c.depth++
	return len(c.undo)
}

func (c *compiler) define(sym syntax.Sym, slot int) {
	c.undo = append(c.undo, shadowed{sym, c.vars[sym]})
	c.vars[sym] = variable{c.depth, slot}
}

func (c *compiler) close(mark int) {
	for i := len(c.undo) - 1; i >= mark; i-- {
		c.vars[c.undo[i].sym] = c.undo[i].was
	}
	c.undo = c.undo[:mark]
	c.depth--
}

// expr compiles an expression; it returns how high its tree is, counted from
// the nearest node that accounts for itself.
func (c *compiler) expr(id syntax.ID) (Node, int) {
	if c.nested++; c.nested > maxHeight {
		c.fail(c.tree.Nodes[id].Pos, "expression is nested too deeply")
	}
	node, height := c.node(id)
	c.nested--
	if height++; height > heavyHeight {
		if _, ok := node.(numbered); ok {
			d := &deep{at: at{c.pos(c.tree.Nodes[id].Pos)}, node: node, extra: 2}
			return number(c, d), 0
		}
	}
	return node, height
}

func (c *compiler) fail(off uint32, format string, args ...any) {
	c.ev.fail(c.pos(off), format, args...)
}

// node compiles by kind.
func (c *compiler) node(id syntax.ID) (Node, int) {
	n := c.tree.Nodes[id]
	here := at{c.pos(n.Pos)}
	switch n.Kind {
	case syntax.Int:
		return c.constant(mkInt(n.Int())), 0
	case syntax.Float:
		return c.constant(mkFloat(n.Float())), 0
	case syntax.Str:
		return c.constant(mkString(c.tree.Text(n.A, n.B))), 0
	case syntax.Path, syntax.HomePath:
		return c.path(id, here), 0
	case syntax.SearchPath:
		return c.searchPath(id, here), 0
	case syntax.Var:
		return c.variable(syntax.Sym(n.A), here), 0
	case syntax.CurPos:
		return number(c, &curPos{at: here}), 0
	case syntax.Select:
		return c.selection(n, here)
	case syntax.HasAttr:
		set, h := c.expr(syntax.ID(n.A))
		return number(c, &hasNode{at: here, set: set, path: c.attrPath(c.tree.List(&n))}), h
	case syntax.Set:
		return c.set(n.A)
	case syntax.List:
		return c.list(n, here)
	case syntax.Lambda:
		return c.lambda(n.A, here), 0
	case syntax.Call:
		return c.call(n, here)
	case syntax.Let:
		return c.let(n, here)
	case syntax.With:
		return c.with(n, here)
	case syntax.Assert:
		cond, h1 := c.expr(syntax.ID(n.A))
		body, h2 := c.expr(syntax.ID(n.B))
		return number(c, &assertNode{at: here, cond: cond, body: body, text: c.tree.PrintNode(syntax.ID(n.A), c.place)}), max(h1, h2)
	case syntax.If:
		l := c.tree.List(&n)
		cond, h1 := c.expr(syntax.ID(l[0]))
		then, h2 := c.expr(syntax.ID(l[1]))
		alt, h3 := c.expr(syntax.ID(l[2]))
		return number(c, &ifNode{at: here, cond: cond, then: then, alt: alt}), max(h1, h2, h3)
	case syntax.Not:
		a, h := c.expr(syntax.ID(n.A))
		return number(c, &notNode{at: here, a: a}), h
	case syntax.Interp:
		parts, h := c.exprs(c.tree.List(&n))
		return number(c, &interpNode{at: here, parts: parts}), h
	case syntax.PathInterp:
		l := c.tree.List(&n)
		first := c.tree.Nodes[l[0]]
		parts, h := c.exprs(l[1:])
		return number(c, &pathInterpNode{at: here, first: c.place.Resolve(first.Kind, c.tree.TextOf(syntax.ID(l[0]))), parts: parts}), h
	}
	return c.operator(n, here)
}

func (c *compiler) exprs(ids []uint32) ([]Node, int) {
	nodes := make([]Node, len(ids))
	height := 0
	for i, id := range ids {
		node, h := c.expr(syntax.ID(id))
		nodes[i] = node
		height = max(height, h)
	}
	return nodes, height
}

func (c *compiler) list(n syntax.Node, here at) (Node, int) {
	if n.N == 0 {
		return c.constant(noList), 0
	}
	elems, h := c.exprs(c.tree.List(&n))
	return number(c, &listNode{at: here, elems: elems}), h
}

func (c *compiler) call(n syntax.Node, here at) (Node, int) {
	f, h1 := c.expr(syntax.ID(n.A))
	args, h2 := c.exprs(c.tree.List(&n))
	return number(c, &callNode{at: here, f: f, args: args}), max(h1, h2)
}

func (c *compiler) path(id syntax.ID, here at) Node {
	n := c.tree.Nodes[id]
	if n.Kind == syntax.HomePath && c.ev.opts.Pure {
		c.ev.fail(here.pos, "the path '%s' can not be resolved in pure mode", c.tree.TextOf(id))
	}
	return c.constant(mkPath(c.place.Resolve(n.Kind, c.tree.TextOf(id))))
}

// searchPath compiles <a/b>: __findFile __nixPath "a/b", with what those two
// mean here.
func (c *compiler) searchPath(id syntax.ID, here at) Node {
	find := c.variable(c.local("__findFile"), here)
	path := c.variable(c.local("__nixPath"), here)
	return number(c, &callNode{at: here, f: find, args: []Node{path, c.constant(mkString(c.tree.TextOf(id)))}})
}

// local returns the file's symbol of a name that the syntax implies.
func (c *compiler) local(name string) syntax.Sym {
	s := c.tree.Symbols.Intern(name)
	for int(s) >= len(c.vars) {
		c.vars = append(c.vars, variable{-1, 0})
		c.syms = append(c.syms, c.ev.intern(c.tree.Symbols.Name(syntax.Sym(len(c.syms)))))
	}
	return s
}
