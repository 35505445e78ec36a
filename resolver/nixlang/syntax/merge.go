package syntax

import "strings"

// bindingKey finds a name in a set.
type bindingKey struct {
	set int32
	sym Sym
}

// indexedFrom is how many bindings a set may have before its names are looked
// up in an index.
const indexedFrom = 8

func (p *Parser) newSet(pos uint32) int32 {
	t := &p.tree
	t.Sets = append(t.Sets, SetInfo{Pos: pos, First: -1, last: -1, Dyn: -1, lastDyn: -1, From: -1, lastFrom: -1})
	return int32(len(t.Sets) - 1)
}

// find returns the binding of a static name in a set, or -1.
func (p *Parser) find(set int32, sym Sym) int32 {
	s := &p.tree.Sets[set]
	if s.Len > indexedFrom {
		if i, ok := p.index[bindingKey{set, sym}]; ok {
			return i
		}
		return -1
	}
	for i := s.First; i >= 0; i = p.tree.Bindings[i].Next {
		if p.tree.Bindings[i].Sym == sym {
			return i
		}
	}
	return -1
}

// addBinding appends a binding to a set. Its name is known to be new.
func (p *Parser) addBinding(set int32, b Binding) {
	t := &p.tree
	s := &t.Sets[set]
	i := int32(len(t.Bindings))
	b.Next = -1
	t.Bindings = append(t.Bindings, b)
	first, last := &s.First, &s.last
	if b.Kind == Dynamic {
		first, last = &s.Dyn, &s.lastDyn
		s.Dyns++
	} else {
		s.Len++
	}
	if *last < 0 {
		*first = i
	} else {
		t.Bindings[*last].Next = i
	}
	*last = i
	if b.Kind != Dynamic && s.Len > indexedFrom {
		p.indexBindings(set, i)
	}
}

// indexBindings enters a new binding in the index, and all of its set when the
// set has just become large.
func (p *Parser) indexBindings(set, added int32) {
	if p.index == nil {
		p.index = map[bindingKey]int32{}
	}
	from := added
	if p.tree.Sets[set].Len == indexedFrom+1 {
		from = p.tree.Sets[set].First
	}
	for i := from; i >= 0; i = p.tree.Bindings[i].Next {
		p.index[bindingKey{set, p.tree.Bindings[i].Sym}] = i
	}
}

// define binds a path in a set: a.b.c = value; makes the sets a and a.b, or
// goes into those that stand there.
func (p *Parser) define(set int32, path []uint32, pos uint32, value ID) {
	for n, raw := range path[:len(path)-1] {
		set = p.inner(set, Part(raw), path[:n+1], pos)
	}
	last := Part(path[len(path)-1])
	sym, static := last.Static()
	if !static {
		p.addBinding(set, Binding{Kind: Dynamic, Pos: pos, Expr: value, Name: last.Expr()})
		return
	}
	p.defineName(set, path, Binding{Sym: sym, Pos: pos, Expr: value})
}

// inner returns the set that a part of a path leads to; it is made if need be.
func (p *Parser) inner(set int32, part Part, path []uint32, pos uint32) int32 {
	sym, static := part.Static()
	if static {
		if i := p.find(set, sym); i >= 0 {
			b := p.tree.Bindings[i]
			if inner, ok := p.setOf(b); ok {
				return inner
			}
			p.duplicate(p.pathText(path), pos, b.Pos)
		}
	}
	inner := p.newSet(pos)
	value := p.node(Set, pos, 0, uint32(inner), 0)
	b := Binding{Sym: sym, Pos: pos, Expr: value}
	if !static {
		b = Binding{Kind: Dynamic, Pos: pos, Expr: value, Name: part.Expr()}
	}
	p.addBinding(set, b)
	return inner
}

// setOf returns the set that a binding's value is written as.
func (p *Parser) setOf(b Binding) (int32, bool) {
	if b.Kind == InheritedFrom {
		return 0, false
	}
	n := &p.tree.Nodes[b.Expr]
	return int32(n.A), n.Kind == Set
}

// defineName binds a name; two sets of the same name become one.
func (p *Parser) defineName(set int32, path []uint32, b Binding) {
	i := p.find(set, b.Sym)
	if i < 0 {
		p.nameLambda(b)
		p.addBinding(set, b)
		return
	}
	old := p.tree.Bindings[i]
	into, ok1 := p.setOf(old)
	from, ok2 := p.setOf(b)
	if !ok1 || !ok2 {
		p.duplicate(p.pathText(path), b.Pos, old.Pos)
	}
	p.merge(into, from, path)
}

// merge moves the bindings of one set into another. That the moved set may have
// been recursive is forgotten.
func (p *Parser) merge(into, from int32, path []uint32) {
	t := &p.tree
	if s := t.Sets[from]; s.From >= 0 {
		p.linkFroms(into, s.From, s.lastFrom)
	}
	for i := t.Sets[from].First; i >= 0; i = t.Bindings[i].Next {
		b := t.Bindings[i]
		p.defineName(into, append(path[:len(path):len(path)], uint32(StaticPart(b.Sym))), b)
	}
	for i := t.Sets[from].Dyn; i >= 0; i = t.Bindings[i].Next {
		p.addBinding(into, t.Bindings[i])
	}
}

// linkFroms appends a list of Froms to that of a set.
func (p *Parser) linkFroms(set, first, last int32) {
	t := &p.tree
	s := &t.Sets[set]
	if s.From < 0 {
		s.From = first
	} else {
		t.Froms[s.lastFrom].Next = first
	}
	s.lastFrom = last
}

// nameLambda gives the functions that a binding holds the binding's name.
func (p *Parser) nameLambda(b Binding) {
	if b.Kind != Plain {
		return
	}
	t := &p.tree
	for id := b.Expr; t.Nodes[id].Kind == Lambda; {
		l := &t.Lambdas[t.Nodes[id].A]
		l.Name = b.Sym
		id = l.Body
	}
}

func (p *Parser) pathText(path []uint32) string {
	var names []string
	for _, raw := range path {
		name := `"${...}"`
		if sym, ok := Part(raw).Static(); ok {
			name = QuoteName(p.tree.Symbols.Name(sym))
		}
		names = append(names, name)
	}
	return strings.Join(names, ".")
}

// duplicate refuses a second definition, and says where the first is.
func (p *Parser) duplicate(name string, pos, old uint32) {
	at := PositionAt(p.src, old)
	panic(&Error{"attribute '" + name + "' already defined at " + placeholder(at), pos})
}
