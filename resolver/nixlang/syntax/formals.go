package syntax

import (
	"cmp"
	"slices"
)

// namedLambda reads `x: body` and `x @ { … }: body`.
func (p *Parser) namedLambda() ID {
	pos := uint32(p.start)
	arg := p.symbol()
	p.next()
	info := LambdaInfo{Arg: arg}
	if p.tok == '@' {
		p.next()
		if p.tok != '{' {
			p.unexpected("'{'")
		}
		p.formals(&info)
		p.checkFormals(&info, pos)
	}
	return p.lambda(info, pos)
}

// formalsLambda reads `{ … }: body` and `{ … } @ x: body`.
func (p *Parser) formalsLambda() ID {
	pos := uint32(p.start)
	var info LambdaInfo
	p.formals(&info)
	if p.tok == '@' {
		p.next()
		if p.tok != tokID {
			p.unexpected("identifier")
		}
		info.Arg = p.symbol()
		p.next()
	}
	p.checkFormals(&info, pos)
	return p.lambda(info, pos)
}

func (p *Parser) lambda(info LambdaInfo, pos uint32) ID {
	p.expect(':')
	info.Body = p.expr()
	t := &p.tree
	t.Lambdas = append(t.Lambdas, info)
	return p.node(Lambda, pos, 0, uint32(len(t.Lambdas)-1), 0)
}

// formals reads a set pattern; the current token is its opening brace.
func (p *Parser) formals(info *LambdaInfo) {
	var list []Formal
	p.next()
	for p.tok != '}' {
		if p.tok == tokEllipsis {
			info.Ellipsis = true
			p.next()
			break
		}
		if p.tok != tokID {
			p.unexpected("")
		}
		f := Formal{Sym: p.symbol(), Pos: uint32(p.start), Default: None}
		p.next()
		if p.tok == '?' {
			p.next()
			f.Default = p.expr()
		}
		list = append(list, f)
		if p.tok != ',' {
			break
		}
		p.next()
	}
	if p.tok != '}' && !info.Ellipsis {
		p.unexpected("'}' or ','")
	}
	p.expect('}')
	slices.SortStableFunc(list, func(a, b Formal) int { return cmp.Compare(a.Sym, b.Sym) })
	t := &p.tree
	info.HasFormals = true
	info.Start, info.Len = int32(len(t.Formals)), int32(len(list))
	t.Formals = append(t.Formals, list...)
}

// checkFormals refuses names that are given twice.
func (p *Parser) checkFormals(info *LambdaInfo, pos uint32) {
	list := p.tree.Formals[info.Start : info.Start+info.Len]
	for i, f := range list {
		if i > 0 && list[i-1].Sym == f.Sym {
			p.fail(f.Pos, "duplicate formal function argument '%s'", p.tree.Symbols.Name(f.Sym))
		}
		if info.Arg != 0 && f.Sym == info.Arg {
			p.fail(pos, "duplicate formal function argument '%s'", p.tree.Symbols.Name(f.Sym))
		}
	}
}
