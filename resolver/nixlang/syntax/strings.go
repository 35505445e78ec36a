package syntax

import "strings"

// stringExpr reads "…"; the current token is the opening quote.
func (p *Parser) stringExpr() ID {
	id := p.stringBody()
	p.next()
	return id
}

// stringBody reads a string up to its closing quote, which becomes the current
// token.
func (p *Parser) stringBody() ID {
	mark := len(p.scratch)
	pos := uint32(p.pos)
	literal := true
	for {
		from := p.pos
		if escaped := p.literal(); p.pos > from {
			off, n := p.text(from, p.pos, escaped)
			p.push(uint32(p.node(Str, uint32(from), 0, off, n)))
		}
		p.start = p.pos
		if p.has(p.pos, '"') {
			p.tok = '"'
			p.pos++
			break
		}
		if !p.interpolation(p.pos) {
			p.start, p.tok = len(p.src), tokEOF
			p.unexpected(`'"'`)
		}
		literal = false
		p.pos += 2
		p.push(uint32(p.interpolated()))
	}
	switch n := len(p.scratch) - mark; {
	case n == 0:
		return p.node(Str, pos, 0, pos, 0)
	case n == 1 && literal:
		id := ID(p.scratch[mark])
		p.scratch = p.scratch[:mark]
		return id
	}
	start, n := p.extra(mark)
	return p.node(Interp, pos, n, 0, start)
}

// literal moves pos over text up to a quote or an interpolation; it tells
// whether the text is not as it stands.
func (p *Parser) literal() (escaped bool) {
	src, i := p.src, p.pos
	for i < len(src) {
		switch c := src[i]; c {
		case '"':
			p.pos = i
			return escaped
		case '\\':
			escaped = true
			i += 2
		case '\r':
			escaped = true
			i++
		case 0:
			p.nulByte()
		case '$':
			switch p.at(i + 1) {
			case '{':
				p.pos = i
				return escaped
			case '"', '\\', '\r', 0:
				i++
			default:
				i += 2
			}
		default:
			i++
		}
	}
	p.pos = len(src)
	return escaped
}

// nulByte refuses the literal that begins at pos and holds a NUL byte.
func (p *Parser) nulByte() {
	text := p.src[p.pos:]
	if i := strings.IndexAny(text, "\"'"); i >= 0 {
		text = text[:i]
	}
	text = strings.ReplaceAll(text[:min(len(text), 200)], "\x00", "␀")
	p.fail(uint32(p.pos), "input string '%s' cannot be represented as Nix string because it contains null bytes", text)
}

// text returns where the value of src[from:to] is kept: in the source if it
// stands there, else beside it with the escapes undone.
func (p *Parser) text(from, to int, escaped bool) (off, n uint32) {
	if !escaped {
		return uint32(from), uint32(to - from)
	}
	return p.keep(unescape(nil, p.src[from:to]))
}

func (p *Parser) keep(b []byte) (off, n uint32) {
	t := &p.tree
	off = uint32(len(t.side)) | sideText
	t.side = append(t.side, b...)
	return off, uint32(len(b))
}

// unescape undoes backslashes and turns CR and CRLF into LF.
func unescape(dst []byte, s string) []byte {
	for i := 0; i < len(s); i++ {
		c := s[i]
		switch {
		case c == '\\' && i+1 < len(s):
			i++
			switch s[i] {
			case 'n':
				c = '\n'
			case 'r':
				c = '\r'
			case 't':
				c = '\t'
			default:
				c = s[i]
			}
		case c == '\r':
			c = '\n'
			if i+1 < len(s) && s[i+1] == '\n' {
				i++
			}
		}
		dst = append(dst, c)
	}
	return dst
}
