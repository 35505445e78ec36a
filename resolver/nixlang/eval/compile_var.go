package eval

import (
	"cmp"
	"slices"

	"devenv/resolver/nixlang/syntax"
)

// variable compiles the use of a name: of an enclosing scope, else a global,
// else of an enclosing with.
func (c *compiler) variable(n syntax.Node, here at) Node {
	switch {
	case n.N == 1:
		return number(c, c.ev.frequent.locals.put(localVar{at: here, slot: int(n.B)}))
	case n.N > 1:
		return number(c, c.ev.frequent.outers.put(outerVar{at: here, level: int(n.N - 1), slot: int(n.B)}))
	}
	sym := c.sym(syntax.Sym(n.A))
	if cell := c.ev.globals[sym]; cell != nil {
		return c.shared(cell)
	}
	count := c.tree.Extra[n.B]
	if count == 0 {
		c.ev.undefined(c.ev.name(sym), nil, here.pos)
	}
	return number(c, &withVar{at: here, sym: sym, levels: c.tree.Extra[n.B+1 : n.B+1+count]})
}

// undefined says that a name means nothing; names are those of the scopes.
func (ev *Evaluator) undefined(name string, names []string, pos Pos) {
	for s := range ev.globals {
		names = append(names, ev.name(s))
	}
	ev.throw(&Error{Kind: Failed, Msg: "undefined variable '" + name + "'", pos: pos, Hints: ev.undefinedHints(name, names)})
}

// selection compiles set.path and set.path or default.
func (c *compiler) selection(n syntax.Node, here at) (Node, int) {
	set, height := c.expr(syntax.ID(n.A))
	def := syntax.ID(c.tree.Extra[n.B+n.N])
	if sym, static := syntax.Part(c.tree.Extra[n.B]).Static(); static && n.N == 1 && def == syntax.None {
		if k, ok := set.(*constant); ok && k.cell == c.ev.builtins {
			if cell := get(k.cell.attrs(), c.sym(sym)); cell != nil {
				return c.shared(cell), 0
			}
		}
		return number(c, c.ev.frequent.selects.put(selectNode{at: here, set: set, sym: c.sym(sym)})), height
	}
	node := &pathNode{at: here, set: set, path: c.attrPath(c.tree.List(&n))}
	if def != syntax.None {
		var h int
		node.def, h = c.expr(def)
		height = max(height, h)
	}
	return number(c, node), height
}

func (c *compiler) attrPath(parts []uint32) []pathPart {
	path := make([]pathPart, len(parts))
	for i, raw := range parts {
		if sym, ok := syntax.Part(raw).Static(); ok {
			path[i].sym = c.sym(sym)
			continue
		}
		path[i].dynamic, _ = c.expr(syntax.Part(raw).Expr())
	}
	return path
}

func (c *compiler) with(n syntax.Node, here at) (Node, int) {
	set, h1 := c.expr(syntax.ID(n.A))
	body, h2 := c.expr(syntax.ID(n.B))
	return number(c, &withNode{at: here, set: set, body: body}), max(h1, h2)
}

// lambda leaves a function to be compiled when it is used.
func (c *compiler) lambda(index uint32, here at) Node {
	c.ev.lambdas = append(c.ev.lambdas, function{unit: c.unit, index: index, pos: here.pos})
	return &lambdaNode{here, len(c.ev.lambdas) - 1}
}

// function is a lambda, once it was used.
type function struct {
	*lambda
	unit  *unit
	index uint32
	pos   Pos
}

// lambda returns the code of a function.
func (ev *Evaluator) lambda(v Value) *lambda {
	if l := ev.lambdas[v.payload()].lambda; l != nil {
		return l
	}
	return ev.compileLambda(v.payload())
}

func (ev *Evaluator) compileLambda(i int) *lambda {
	f := ev.lambdas[i]
	c := compiler{ev, f.unit}
	info := c.tree.Lambdas[f.index]
	l := &lambda{at: at{f.pos}, isSet: info.HasFormals, ellipsis: info.Ellipsis, size: int(info.Len)}
	if info.Name != 0 {
		l.name = c.sym(info.Name)
	}
	if info.Arg != 0 {
		l.arg = c.sym(info.Arg)
		l.size++
	}
	l.formals = make([]formal, 0, info.Len)
	for slot, f := range c.tree.Formals[info.Start : info.Start+info.Len] {
		formal := formal{sym: c.sym(f.Sym), pos: c.pos(f.Pos), slot: l.size - int(info.Len) + slot}
		if f.Default != syntax.None {
			formal.def, _ = c.expr(f.Default)
		}
		l.formals = append(l.formals, formal)
	}
	slices.SortFunc(l.formals, func(a, b formal) int { return cmp.Compare(a.sym, b.sym) })
	l.body, _ = c.expr(info.Body)
	ev.lambdas[i].lambda = l
	return l
}
