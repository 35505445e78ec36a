package eval

import (
	"cmp"
	"slices"

	"devenv/resolver/nixlang/syntax"
)

// bindings compiles static bindings; a set sorts them by symbol. If they see
// each other, recursive, each has the slot of its place in the source.
func (c *compiler) bindings(s *syntax.SetInfo, recursive bool) (b bindingSet, height int) {
	var froms []int32
	for i := s.From; i >= 0; i = c.tree.Froms[i].Next {
		node, h := c.expr(c.tree.Froms[i].Expr)
		b.from = append(b.from, node)
		froms = append(froms, i)
		height = max(height, h)
	}
	b.entries = make([]entry, 0, s.Len)
	for i := s.First; i >= 0; i = c.tree.Bindings[i].Next {
		x := &c.tree.Bindings[i]
		e := entry{sym: c.sym(x.Sym), pos: c.pos(x.Pos), slot: int32(len(b.entries)), from: -1}
		if x.Kind == syntax.InheritedFrom {
			e.from = int32(slices.Index(froms, int32(x.Expr)))
		} else {
			var h int
			e.node, h = c.expr(x.Expr)
			e.outer = recursive && x.Kind == syntax.Inherited
			height = max(height, h)
		}
		b.entries = append(b.entries, e)
	}
	return b, height
}

func sortEntries(list []entry) {
	slices.SortFunc(list, func(a, b entry) int { return cmp.Compare(a.sym, b.sym) })
}

func (c *compiler) set(index uint32) (Node, int) {
	s := c.tree.Sets[index]
	here := at{c.pos(s.Pos)}
	if !s.Recursive && s.Len == 0 && s.Dyns == 0 {
		return c.constant(noAttrs), 0
	}
	b, h1 := c.bindings(&s, s.Recursive)
	sortEntries(b.entries)
	dyn, h2 := c.dynamic(&s)
	if !s.Recursive {
		return number(c, &setNode{at: here, bindingSet: b, dynamic: dyn}), max(h1, h2)
	}
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
	b, h1 := c.bindings(&c.tree.Sets[n.A], true)
	body, h2 := c.expr(syntax.ID(n.B))
	return number(c, &letNode{at: here, bindingSet: b, body: body}), max(h1, h2)
}
