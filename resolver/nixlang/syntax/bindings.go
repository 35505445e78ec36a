package syntax

// bindings reads bindings into a set up to the token that ends them, which
// becomes the current one.
func (p *Parser) bindings(set int32, end token) {
	for p.tok != end {
		switch p.tok {
		case tokInherit:
			p.inherit(set)
		case tokID, tokOrKw, '"', tokDollar:
			p.binding(set)
		default:
			if p.tree.Sets[set].Len+p.tree.Sets[set].Dyns == 0 {
				p.unexpected("'inherit'")
			}
			p.unexpected("")
		}
	}
}

// attrTokens names what an attribute name begins with.
const attrTokens = `identifier or 'or' or '${' or '"'`

var attrStart = [256]bool{tokID: true, tokOrKw: true, '"': true, tokDollar: true}

// binding reads `path = value;`.
func (p *Parser) binding(set int32) {
	pos := uint32(p.start)
	mark := len(p.scratch)
	p.attrPath()
	if p.tok != '=' {
		p.unexpected("'.' or '='")
	}
	p.next()
	value := p.expr()
	if p.tok != ';' {
		p.unexpected("';'")
	}
	p.define(set, p.scratch[mark:], pos, value)
	p.scratch = p.scratch[:mark]
	p.next()
}

// inherit reads `inherit a b;` and `inherit (from) a b;`.
func (p *Parser) inherit(set int32) {
	p.next()
	kind, from := Inherited, None
	if p.tok == '(' {
		p.next()
		source := p.expr()
		p.expect(')')
		kind = InheritedFrom
		t := &p.tree
		from = ID(len(t.Froms))
		t.Froms = append(t.Froms, FromInfo{source, -1})
		p.linkFroms(set, int32(from), int32(from))
	}
	for p.tok != ';' {
		pos := uint32(p.start)
		if !attrStart[p.tok] {
			p.unexpected("")
		}
		part := p.attr()
		sym, ok := part.Static()
		if !ok {
			p.fail(pos, "dynamic attributes not allowed in inherit")
		}
		if old := p.find(set, sym); old >= 0 {
			p.duplicate(QuoteName(p.tree.Symbols.Name(sym)), pos, p.tree.Bindings[old].Pos)
		}
		value := from
		if kind == Inherited {
			value = p.node(Var, pos, 0, uint32(sym), 0)
		}
		p.addBinding(set, Binding{Kind: kind, Sym: sym, Pos: pos, Expr: value})
	}
	p.next()
}

// attrPath reads an attribute path onto the scratch stack.
func (p *Parser) attrPath() {
	for {
		part := p.attr()
		p.push(uint32(part))
		if p.tok != '.' {
			return
		}
		p.next()
	}
}

// attr reads one attribute name.
func (p *Parser) attr() Part {
	switch p.tok {
	case tokID:
		sym := p.symbol()
		p.next()
		return StaticPart(sym)
	case tokOrKw:
		p.next()
		return StaticPart(p.symbolOf("or"))
	case '"':
		return p.attrOf(p.stringBody())
	case tokDollar:
		return p.attrOf(p.interpolated())
	}
	p.unexpected(attrTokens)
	return 0
}

// attrOf makes an attribute name from an expression; a literal string is a
// static one. The current token is the last of the name.
func (p *Parser) attrOf(id ID) Part {
	p.next()
	if p.tree.Nodes[id].Kind == Str {
		return StaticPart(p.symbolOf(p.tree.TextOf(id)))
	}
	return DynamicPart(id)
}
