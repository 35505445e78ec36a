package syntax

// expr reads any expression: a function, a keyword expression, or operators.
func (p *Parser) expr() ID {
	p.enter()
	defer p.leave()
	pos := uint32(p.start)
	switch p.tok {
	case tokID:
		if c := p.peekByte(); c == ':' || c == '@' {
			return p.namedLambda()
		}
	case '{':
		if p.atFormals() {
			return p.formalsLambda()
		}
	case tokIf:
		return p.ifExpr(pos)
	case tokAssert, tokWith:
		kind := With
		if p.tok == tokAssert {
			kind = Assert
		}
		p.next()
		first := p.expr()
		p.expect(';')
		return p.node(kind, pos, 0, uint32(first), uint32(p.expr()))
	case tokLet:
		if p.peekByte() != '{' {
			return p.let(pos)
		}
	}
	return p.pipes()
}

func (p *Parser) ifExpr(pos uint32) ID {
	p.next()
	mark := len(p.scratch)
	p.push(uint32(p.expr()))
	p.expect(tokThen)
	p.push(uint32(p.expr()))
	p.expect(tokElse)
	p.push(uint32(p.expr()))
	start, n := p.extra(mark)
	return p.node(If, pos, n, 0, start)
}

func (p *Parser) let(pos uint32) ID {
	p.next()
	set := p.newSet(pos)
	p.bindings(set, tokIn)
	if p.tree.Sets[set].Dyns > 0 {
		p.fail(pos, "dynamic attributes not allowed in let")
	}
	p.next()
	return p.node(Let, pos, 0, uint32(set), uint32(p.expr()))
}

// pipes reads operators joined by |> or by <|, which do not mix.
func (p *Parser) pipes() ID {
	left := p.operators(0)
	switch p.tok {
	case tokPipeFrom:
		op := uint32(p.start)
		p.enter()
		defer p.leave()
		p.next()
		return p.call(left, op, p.pipeFromRight())
	case tokPipeInto:
		for p.tok == tokPipeInto {
			op := uint32(p.start)
			p.next()
			left = p.call(p.operators(0), op, left)
		}
		if p.tok == tokPipeFrom {
			p.unexpected("")
		}
	}
	return left
}

func (p *Parser) pipeFromRight() ID {
	left := p.operators(0)
	if p.tok == tokPipeInto {
		p.unexpected("")
	}
	if p.tok != tokPipeFrom {
		return left
	}
	op := uint32(p.start)
	p.enter()
	defer p.leave()
	p.next()
	return p.call(left, op, p.pipeFromRight())
}

// call applies f to one more argument: a call of a call is one call.
func (p *Parser) call(f ID, pos uint32, arg ID) ID {
	mark := len(p.scratch)
	p.push(uint32(arg))
	return p.apply(f, pos, mark)
}

// apply applies f to the arguments on the scratch stack above mark.
func (p *Parser) apply(f ID, pos uint32, mark int) ID {
	t := &p.tree
	old := t.Nodes[f]
	if old.Kind != Call {
		start, n := p.extra(mark)
		return p.node(Call, pos, n, uint32(f), start)
	}
	if int(old.B+old.N) == len(t.Extra) {
		_, n := p.extra(mark)
		t.Nodes[f].N += n
		return f
	}
	start := uint32(len(t.Extra))
	t.Extra = append(t.Extra, t.Extra[old.B:old.B+old.N]...)
	_, n := p.extra(mark)
	t.Nodes[f].B, t.Nodes[f].N = start, old.N+n
	return f
}

// peekByte returns the first byte of the next token.
func (p *Parser) peekByte() byte {
	saved := p.pos
	p.skipSpace()
	c := p.at(p.pos)
	p.pos = saved
	return c
}

// atFormals tells whether the brace at the current token opens a set pattern
// rather than a set.
func (p *Parser) atFormals() bool {
	saved := p.lexer
	defer func() { p.lexer = saved }()
	p.next()
	switch p.tok {
	case tokEllipsis:
		return true
	case '}':
		c := p.peekByte()
		return c == ':' || c == '@'
	case tokID:
		p.next()
		switch p.tok {
		case ',', '?':
			return true
		case '}':
			return true
		}
	}
	return false
}
