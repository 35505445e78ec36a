package eval

import (
	"cmp"
	"slices"

	"devenv/resolver/nixlang/syntax"
)

// sortedFormals returns the formals of a function in the order of symbols.
func (c *compiler) sortedFormals(info syntax.LambdaInfo) []syntax.Formal {
	formals := slices.Clone(c.tree.Formals[info.Start : info.Start+info.Len])
	slices.SortFunc(formals, func(a, b syntax.Formal) int { return cmp.Compare(c.syms[a.Sym], c.syms[b.Sym]) })
	return formals
}

// sortedBindings returns the static bindings of a set in the order of symbols.
func (c *compiler) sortedBindings(s *syntax.SetInfo) []syntax.Binding {
	list := make([]syntax.Binding, 0, s.Len)
	for i := s.First; i >= 0; i = c.tree.Bindings[i].Next {
		list = append(list, c.tree.Bindings[i])
	}
	slices.SortFunc(list, func(a, b syntax.Binding) int { return cmp.Compare(c.syms[a.Sym], c.syms[b.Sym]) })
	return list
}

// bindings compiles static bindings. If they see each other, scope is the mark
// of the scope that has just been opened for them; what is inherited from the
// scope around is compiled before.
func (c *compiler) bindings(s *syntax.SetInfo, list []syntax.Binding, outer []Node) (b bindingSet, height int) {
	for _, from := range s.From {
		node, h := c.expr(from)
		b.from = append(b.from, node)
		height = max(height, h)
	}
	b.entries = make([]entry, len(list))
	for i, x := range list {
		e := entry{sym: c.syms[x.Sym], pos: c.pos(x.Pos), from: -1}
		switch {
		case x.Kind == syntax.InheritedFrom:
			e.from = int(x.Expr)
		case x.Kind == syntax.Inherited && outer != nil:
			e.node, e.outer = outer[i], true
		default:
			var h int
			e.node, h = c.expr(x.Expr)
			height = max(height, h)
		}
		b.entries[i] = e
	}
	return b, height
}

// inherited compiles what bindings inherit from the scope around them.
func (c *compiler) inherited(list []syntax.Binding) []Node {
	nodes := make([]Node, len(list))
	for i, x := range list {
		if x.Kind == syntax.Inherited {
			nodes[i], _ = c.expr(x.Expr)
		}
	}
	return nodes
}

func (c *compiler) openBindings(list []syntax.Binding) int {
	mark := c.open()
	for i, x := range list {
		c.define(x.Sym, i)
	}
	return mark
}

func (c *compiler) set(index uint32) (Node, int) {
	s := c.tree.Sets[index]
	here := at{c.pos(s.Pos)}
	list := c.sortedBindings(&s)
	if !s.Recursive {
		if len(list) == 0 && s.Dyns == 0 {
			return c.constant(noAttrs), 0
		}
		b, h1 := c.bindings(&s, list, nil)
		dyn, h2 := c.dynamic(&s)
		return number(c, &setNode{at: here, bindingSet: b, dynamic: dyn}), max(h1, h2)
	}
	outer := c.inherited(list)
	mark := c.openBindings(list)
	b, h1 := c.bindings(&s, list, outer)
	dyn, h2 := c.dynamic(&s)
	c.close(mark)
	n := &recNode{at: here, bindingSet: b, dynamic: dyn, overrides: -1}
	for i, e := range b.entries {
		if e.sym == c.ev.sym.overrides {
			n.overrides = i
		}
	}
	return number(c, n), max(h1, h2)
}

func (c *compiler) dynamic(s *syntax.SetInfo) (list []dynamicEntry, height int) {
	for i := s.Dyn; i >= 0; i = c.tree.Bindings[i].Next {
		x := c.tree.Bindings[i]
		name, h1 := c.expr(x.Name)
		value, h2 := c.expr(x.Expr)
		list = append(list, dynamicEntry{name, value, c.pos(x.Pos)})
		height = max(height, h1, h2)
	}
	return list, height
}

func (c *compiler) let(n syntax.Node, here at) (Node, int) {
	s := c.tree.Sets[n.A]
	list := c.sortedBindings(&s)
	outer := c.inherited(list)
	mark := c.openBindings(list)
	b, h1 := c.bindings(&s, list, outer)
	body, h2 := c.expr(syntax.ID(n.B))
	c.close(mark)
	return number(c, &letNode{at: here, bindingSet: b, body: body}), max(h1, h2)
}
