package syntax

import (
	"math"
	"strconv"
)

// application reads a function with its arguments.
func (p *Parser) application() ID {
	pos := uint32(p.start)
	f := p.selection()
	if !p.atSimple() {
		return f
	}
	mark := len(p.scratch)
	for p.atSimple() {
		p.push(uint32(p.selection()))
	}
	return p.apply(f, pos, mark)
}

// atSimple tells whether the current token begins a simple expression.
func (p *Parser) atSimple() bool {
	switch p.tok {
	case tokID, tokInt, tokFloat, '"', tokIndString, tokPath, tokHome, tokSearch, tokURI, '(', '{', '[', tokRec, tokLet:
		return true
	}
	return false
}

// selection reads a simple expression and what is selected from it.
func (p *Parser) selection() ID {
	pos := uint32(p.start)
	e := p.simple()
	switch p.tok {
	case '.':
		p.next()
		mark := len(p.scratch)
		p.attrPath()
		n := uint32(len(p.scratch) - mark)
		def := uint32(None)
		if p.tok == tokOrKw {
			p.enter()
			p.next()
			def = uint32(p.selection())
			p.leave()
		}
		p.push(def)
		start, _ := p.extra(mark)
		return p.node(Select, pos, n, uint32(e), start)
	case tokOrKw:
		or := p.node(Var, pos, 0, uint32(p.symbolOf("or")), 0)
		p.next()
		mark := len(p.scratch)
		p.push(uint32(or))
		start, n := p.extra(mark)
		return p.node(Call, pos, n, uint32(e), start)
	}
	return e
}

func (p *Parser) symbolOf(s string) Sym { return p.tree.Symbols.intern(s, hashString(s)) }

// simple reads a literal, a variable, or something in brackets.
func (p *Parser) simple() ID {
	p.enter()
	defer p.leave()
	pos := uint32(p.start)
	switch p.tok {
	case tokID:
		id := p.variable(pos)
		p.next()
		return id
	case tokInt, tokFloat:
		id := p.numeral(pos)
		p.next()
		return id
	case '"':
		return p.stringExpr()
	case tokIndString:
		return p.indString(pos)
	case tokPath, tokHome:
		return p.pathExpr(pos)
	case tokSearch:
		id := p.node(SearchPath, pos, 0, pos+1, uint32(p.pos)-pos-2)
		p.next()
		return id
	case tokURI:
		id := p.node(Str, pos, 0, pos, uint32(p.pos)-pos)
		p.next()
		return id
	case '(':
		p.next()
		id := p.expr()
		p.expect(')')
		return id
	case '[':
		return p.list(pos)
	case '{', tokRec, tokLet:
		return p.setExpr(pos)
	}
	p.unexpected("")
	return None
}

func (p *Parser) variable(pos uint32) ID {
	if p.src[p.start:p.pos] == "__curPos" {
		return p.node(CurPos, pos, 0, 0, 0)
	}
	return p.node(Var, pos, 0, uint32(p.symbol()), 0)
}

func (p *Parser) numeral(pos uint32) ID {
	text := p.src[p.start:p.pos]
	if p.tok == tokInt {
		v, err := strconv.ParseInt(text, 10, 64)
		if err != nil {
			p.fail(pos, "invalid integer '%s'", text)
		}
		return p.node(Int, pos, 0, uint32(v), uint32(v>>32))
	}
	v, err := strconv.ParseFloat(text, 64)
	if err != nil || v != 0 && math.Abs(v) < 0x1p-1022 {
		p.fail(pos, "invalid float '%s'", text)
	}
	bits := math.Float64bits(v)
	return p.node(Float, pos, 0, uint32(bits), uint32(bits>>32))
}

func (p *Parser) list(pos uint32) ID {
	p.next()
	mark := len(p.scratch)
	for p.tok != ']' {
		if !p.atSimple() {
			p.unexpected("")
		}
		p.push(uint32(p.selection()))
	}
	start, n := p.extra(mark)
	p.next()
	return p.node(List, pos, n, 0, start)
}

// setExpr reads `{ }`, `rec { }` and the ancient `let { body = …; }`.
func (p *Parser) setExpr(pos uint32) ID {
	first := p.tok
	if first != '{' {
		p.next()
		if p.tok != '{' {
			p.unexpected("'{'")
		}
	}
	p.next()
	set := p.newSet(pos)
	p.tree.Sets[set].Recursive = first != '{'
	p.bindings(set, '}')
	p.next()
	id := p.node(Set, pos, 0, uint32(set), 0)
	if first != tokLet {
		return id
	}
	mark := len(p.scratch)
	p.push(uint32(StaticPart(p.symbolOf("body"))))
	p.push(uint32(None))
	start, _ := p.extra(mark)
	return p.node(Select, pos, 1, uint32(id), start)
}

// pathExpr reads a path; one with interpolations is a list of parts.
func (p *Parser) pathExpr(pos uint32) ID {
	kind := Path
	if p.tok == tokHome {
		kind = HomePath
	}
	first := p.node(kind, pos, 0, pos, uint32(p.pos)-pos)
	slash := p.src[p.pos-1] == '/'
	mark := len(p.scratch)
	p.push(uint32(first))
	for {
		from := p.pos
		if part := p.pathPart(); part != "" {
			p.push(uint32(p.node(Str, uint32(from), 0, uint32(from), uint32(len(part)))))
			slash = part[len(part)-1] == '/'
		}
		if !p.interpolation(p.pos) {
			break
		}
		p.start = p.pos
		p.pos += 2
		p.push(uint32(p.interpolated()))
		slash = false
	}
	if slash {
		p.fail(uint32(p.pos), "path has a trailing slash")
	}
	if len(p.scratch) == mark+1 {
		p.scratch = p.scratch[:mark]
		p.next()
		return first
	}
	start, n := p.extra(mark)
	p.next()
	return p.node(PathInterp, pos, n, 0, start)
}

// interpolated reads the expression of ${…}; the dollar has been read, and the
// text behind the brace is left alone.
func (p *Parser) interpolated() ID {
	p.next()
	id := p.expr()
	if p.tok != '}' {
		p.unexpected("'}'")
	}
	return id
}
