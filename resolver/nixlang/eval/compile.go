package eval

import (
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// heavyHeight is from where on the evaluation of an expression counts as more
// than one call.
const heavyHeight = 64

// unit is a text whose tree is kept: functions are compiled when they are
// called first, and most never are.
type unit struct {
	tree  *syntax.Tree
	file  *file
	base  Pos
	place syntax.Place
	syms  []Sym // of the tree's symbols, as far as they were needed; 0 is unknown
}

func (ev *Evaluator) unitOf(tree *syntax.Tree, f *file, dir string) *unit {
	return &unit{
		tree: tree, file: f, base: f.base, place: syntax.Place{Dir: dir, Home: ev.opts.Home}, syms: make([]Sym, tree.Symbols.Len()),
	}
}

// clone lets go of the parser's memory.
func (u *unit) clone() *unit {
	u.tree = u.tree.Clone()
	return u
}

// compiler turns a part of a tree into nodes.
type compiler struct {
	ev *Evaluator
	*unit
}

// compile makes a node of a unit whose variables are bound.
func (ev *Evaluator) compile(u *unit) Node {
	c := compiler{ev, u}
	node, _ := c.expr(u.tree.Root)
	return node
}

// sym returns the evaluator's symbol of one of the tree.
func (c *compiler) sym(s syntax.Sym) Sym { return c.ev.symOf(c.unit, s) }

func (ev *Evaluator) symOf(u *unit, s syntax.Sym) Sym {
	if int(s) >= len(u.syms) {
		u.syms = append(u.syms, make([]Sym, int(s)+1-len(u.syms))...)
	}
	if u.syms[s] == 0 {
		u.syms[s] = ev.syms.InternFrom(&u.tree.Symbols, s)
	}
	return u.syms[s]
}

func (c *compiler) pos(off uint32) Pos { return c.base + Pos(off) }

// number registers a node as the code of thunks.
func number[N numbered](c *compiler, n N) Node {
	n.number(c.ev.code.add(n))
	return n
}

func (c *compiler) constant(v Value) Node { return c.shared(c.ev.cell(v)) }

func (c *compiler) shared(cell *Value) Node { return c.ev.frequent.constants.put(constant{cell}) }

// expr compiles an expression; it returns how high its tree is, counted from
// the nearest node that accounts for itself.
func (c *compiler) expr(id syntax.ID) (Node, int) {
	node, height := c.node(id)
	if height++; height > heavyHeight {
		if _, ok := node.(numbered); ok {
			d := &deep{at: at{c.pos(c.tree.Nodes[id].Pos)}, node: node, extra: 2}
			return number(c, d), 0
		}
	}
	return node, height
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
		return c.variable(n, here), 0
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
		return number(c, &assertNode{at: here, cond: cond, body: body, unit: c.unit, text: syntax.ID(n.A)}), max(h1, h2)
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
		return number(c, &pathInterpNode{at: here, first: c.resolved(first.Kind, c.tree.TextOf(syntax.ID(l[0]))), parts: parts}), h
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
	return number(c, c.ev.frequent.calls.put(callNode{at: here, f: f, args: args})), max(h1, h2)
}

func (c *compiler) path(id syntax.ID, here at) Node {
	n := c.tree.Nodes[id]
	if n.Kind == syntax.HomePath && c.ev.opts.Pure {
		c.ev.fail(here.pos, "the path '%s' can not be resolved in pure mode", c.tree.TextOf(id))
	}
	return c.constant(mkPath(c.resolved(n.Kind, c.tree.TextOf(id))))
}

// resolved is the absolute path that a path in a text means.
func (c *compiler) resolved(kind syntax.Kind, text string) string {
	p := c.place.Resolve(kind, text)
	if kind == syntax.HomePath || strings.HasPrefix(text, "/") {
		c.ev.asPath("/", p)
	}
	return p
}

// searchPath compiles <a/b>: __findFile __nixPath "a/b".
func (c *compiler) searchPath(id syntax.ID, here at) Node {
	find := &constant{c.ev.globals[c.ev.intern("__findFile")]}
	path := &constant{c.ev.globals[c.ev.intern("__nixPath")]}
	return number(c, &callNode{at: here, f: find, args: []Node{path, c.constant(mkString(c.tree.TextOf(id)))}})
}
