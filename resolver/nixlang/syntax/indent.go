package syntax

// indentPart is one token of an indented string: literal text, which has
// indentation; an escape, which has not; or an expression.
type indentPart struct {
	pos      uint32
	text     string
	indented bool
	expr     ID // None for text
}

// indString reads ”…”; the current token is the opening one.
func (p *Parser) indString(pos uint32) ID {
	i := p.pos
	for p.has(i, ' ') {
		i++
	}
	if p.has(i, '\n') {
		p.pos = i + 1
	}
	mark := len(p.parts)
	for p.indentToken() {
	}
	id := p.stripped(pos, p.parts[mark:])
	p.parts = p.parts[:mark]
	p.next()
	return id
}

// indentToken reads one token of an indented string; false at its end.
func (p *Parser) indentToken() bool {
	from := p.pos
	part := indentPart{pos: uint32(from), expr: None}
	if end := p.indentText(); end > from {
		part.text, part.indented = p.src[from:end], true
		p.pos = end
		p.parts = append(p.parts, part)
		return true
	}
	rest := func(n int) byte { return p.at(from + n) }
	switch c := rest(0); {
	case from >= len(p.src):
		p.start, p.tok = len(p.src), tokEOF
		p.unexpected("")
	case c == '$' && rest(1) == '{':
		p.start = from
		p.pos += 2
		part.expr = p.interpolated()
	case c == '$':
		part.text, p.pos = "$", from+1
	case rest(1) != '\'':
		part.text, p.pos = "'", from+1
	case rest(2) == '$':
		part.text, p.pos = "$", from+3
	case rest(2) == '\'':
		part.text, p.pos = "''", from+3
	case rest(2) == '\\' && from+3 < len(p.src):
		if rest(3) == 0 {
			p.nulByte()
		}
		part.text, p.pos = string(unescape(nil, p.src[from+2:from+4])), from+4
	default:
		p.start, p.pos = from, from+2
		return false
	}
	p.parts = append(p.parts, part)
	return true
}

// indentText returns the end of the literal text at pos. A dollar or a quote
// takes the character behind it along.
func (p *Parser) indentText() int {
	src, i := p.src, p.pos
	for i < len(src) {
		switch src[i] {
		case '$':
			if i+1 >= len(src) || src[i+1] == '{' || src[i+1] == '\'' {
				return i
			}
			i += 2
		case '\'':
			if i+1 >= len(src) || src[i+1] == '\'' || src[i+1] == '$' {
				return i
			}
			i += 2
		case 0:
			p.nulByte()
		default:
			i++
		}
	}
	return i
}

// stripped makes the string: the least indentation of its lines is taken from
// all of them.
func (p *Parser) stripped(pos uint32, parts []indentPart) ID {
	least := leastIndent(parts)
	mark := len(p.scratch)
	var strip stripper
	only := None
	for i, part := range parts {
		if part.expr != None {
			strip.restart()
			p.push(uint32(part.expr))
			continue
		}
		text := strip.strip(nil, part.text, least)
		if i == len(parts)-1 {
			text = dropBlankEnd(text)
		}
		if len(text) == 0 {
			continue
		}
		off, n := p.keep(text)
		only = p.node(Str, part.pos, 0, off, n)
		p.push(uint32(only))
	}
	switch n := len(p.scratch) - mark; {
	case n == 0:
		return p.node(Str, pos, 0, 0, 0)
	case n == 1 && p.tree.Nodes[p.scratch[mark]].Kind == Str:
		id := ID(p.scratch[mark])
		p.scratch = p.scratch[:mark]
		return id
	}
	start, n := p.extra(mark)
	return p.node(Interp, pos, n, 0, start)
}

// leastIndent counts the spaces that all lines with anything on them begin
// with. An escape or an expression is something.
func leastIndent(parts []indentPart) int {
	least, current, atStart := 1000000, 0, true
	seen := func() {
		if atStart {
			atStart = false
			least = min(least, current)
		}
	}
	for _, part := range parts {
		if !part.indented {
			seen()
			continue
		}
		for i := 0; i < len(part.text); i++ {
			switch c := part.text[i]; {
			case c == '\n':
				atStart, current = true, 0
			case atStart && c == ' ':
				current++
			default:
				seen()
			}
		}
	}
	return least
}

// stripper takes indentation away, across the parts of a string.
type stripper struct {
	inLine  bool
	dropped int
}

func (s *stripper) restart() { *s = stripper{inLine: true} }

func (s *stripper) strip(dst []byte, text string, least int) []byte {
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case s.inLine:
			s.inLine = c != '\n'
		case c == ' ':
			if s.dropped++; s.dropped <= least {
				continue
			}
		case c == '\n':
			s.dropped = 0
		default:
			s.inLine, s.dropped = true, 0
		}
		dst = append(dst, c)
	}
	return dst
}

// dropBlankEnd drops a last line of spaces only.
func dropBlankEnd(text []byte) []byte {
	for i := len(text) - 1; i >= 0; i-- {
		switch text[i] {
		case ' ':
		case '\n':
			return text[:i+1]
		default:
			return text
		}
	}
	return text
}
