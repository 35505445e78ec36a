package eval

import "devenv/resolver/nixlang/syntax"

// variable compiles the use of a name: of an enclosing scope, else a global,
// else of an enclosing with.
func (c *compiler) variable(sym syntax.Sym, here at) Node {
	if v := c.vars[sym]; v.depth >= 0 {
		if v.depth == c.depth {
			return number(c, &localVar{at: here, slot: v.slot})
		}
		return number(c, &outerVar{at: here, level: c.depth - v.depth, slot: v.slot})
	}
	if cell := c.ev.globals[c.syms[sym]]; cell != nil {
		return &constant{cell}
	}
	if len(c.withs) == 0 {
		c.undefined(sym, here)
	}
	levels := make([]int, 0, len(c.withs))
	for i := len(c.withs) - 1; i >= 0; i-- {
		levels = append(levels, c.depth-c.withs[i])
	}
	return number(c, &withVar{at: here, sym: c.syms[sym], levels: levels})
}

func (c *compiler) undefined(sym syntax.Sym, here at) {
	name := c.tree.Symbols.Name(sym)
	var names []string
	for i, v := range c.vars {
		if v.depth >= 0 {
			names = append(names, c.tree.Symbols.Name(syntax.Sym(i)))
		}
	}
	for s := range c.ev.globals {
		names = append(names, c.ev.name(s))
	}
	c.ev.throw(&Error{Kind: Failed, Msg: "undefined variable '" + name + "'", pos: here.pos, Hints: c.ev.undefinedHints(name, names)})
}

// selection compiles set.path and set.path or default.
func (c *compiler) selection(n syntax.Node, here at) (Node, int) {
	set, height := c.expr(syntax.ID(n.A))
	def := syntax.ID(c.tree.Extra[n.B+n.N])
	if sym, static := syntax.Part(c.tree.Extra[n.B]).Static(); static && n.N == 1 && def == syntax.None {
		if k, ok := set.(*constant); ok && k.cell == c.ev.builtins {
			if cell := get(k.cell.attrs(), c.syms[sym]); cell != nil {
				return &constant{cell}, 0
			}
		}
		return number(c, &selectNode{at: here, set: set, sym: c.syms[sym]}), height
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
			path[i].sym = c.syms[sym]
			continue
		}
		path[i].dynamic, _ = c.expr(syntax.Part(raw).Expr())
	}
	return path
}

func (c *compiler) with(n syntax.Node, here at) (Node, int) {
	set, h1 := c.expr(syntax.ID(n.A))
	mark := c.open()
	c.withs = append(c.withs, c.depth)
	body, h2 := c.expr(syntax.ID(n.B))
	c.withs = c.withs[:len(c.withs)-1]
	c.close(mark)
	return number(c, &withNode{at: here, set: set, body: body}), max(h1, h2)
}

func (c *compiler) lambda(index uint32, here at) Node {
	info := c.tree.Lambdas[index]
	l := &lambda{at: here, isSet: info.HasFormals, ellipsis: info.Ellipsis}
	if info.Name != 0 {
		l.name = c.syms[info.Name]
	}
	mark := c.open()
	slot := 0
	if info.Arg != 0 {
		l.arg = c.syms[info.Arg]
		c.define(info.Arg, 0)
		slot = 1
	}
	formals := c.sortedFormals(info)
	for i, f := range formals {
		c.define(f.Sym, slot+i)
	}
	l.size = slot + len(formals)
	for _, f := range formals {
		formal := formal{sym: c.syms[f.Sym], pos: c.pos(f.Pos)}
		if f.Default != syntax.None {
			formal.def, _ = c.expr(f.Default)
		}
		l.formals = append(l.formals, formal)
	}
	l.body, _ = c.expr(info.Body)
	c.close(mark)
	c.ev.lambdas = append(c.ev.lambdas, l)
	return &lambdaNode{here, len(c.ev.lambdas) - 1}
}
