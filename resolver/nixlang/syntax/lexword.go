package syntax

// word reads an identifier, a keyword, a URI, or a path that begins like one.
func (l *lexer) word() {
	src, i, h := l.src, l.pos, uint32(hashSeed)
	for i < len(src) && is(src[i], clsID) {
		h = hashByte(h, src[i])
		i++
	}
	if i < len(src) {
		switch src[i] {
		case '/', '.', '+':
			if l.path() || l.uri() {
				return
			}
		case ':':
			if l.uri() {
				return
			}
		}
	}
	text := src[l.pos:i]
	l.pos, l.hash = i, h
	l.tok = tokID
	if len(text) <= 7 {
		l.tok = keyword(text)
	}
}

func keyword(s string) token {
	switch s {
	case "if":
		return tokIf
	case "then":
		return tokThen
	case "else":
		return tokElse
	case "assert":
		return tokAssert
	case "with":
		return tokWith
	case "let":
		return tokLet
	case "in":
		return tokIn
	case "rec":
		return tokRec
	case "inherit":
		return tokInherit
	case "or":
		return tokOrKw
	}
	return tokID
}

// uri reads scheme:rest without quotes.
func (l *lexer) uri() bool {
	if l.start < l.noURI {
		return false
	}
	i := l.pos
	for i < len(l.src) && is(l.src[i], clsScheme) {
		i++
	}
	if !l.has(i, ':') || !is(l.at(i+1), clsURI) {
		l.noURI = i
		return false
	}
	for i++; i < len(l.src) && is(l.src[i], clsURI); i++ {
	}
	l.tok, l.pos = tokURI, i
	return true
}

// number reads an integer or a float. A float has a point; its whole part has
// no leading zero, or is a single zero, or is missing.
func (l *lexer) number() {
	digits := func(i int) int {
		for is(l.at(i), clsDigit) {
			i++
		}
		return i
	}
	i := digits(l.pos)
	l.tok = tokInt
	whole := l.src[l.pos:i]
	point := l.has(i, '.')
	switch {
	case point && whole != "" && whole[0] != '0':
		l.tok, i = tokFloat, digits(i+1)
	case point && (whole == "" || whole == "0") && is(l.at(i+1), clsDigit):
		l.tok, i = tokFloat, digits(i+1)
	}
	if l.tok == tokFloat {
		if c := l.at(i); c == 'e' || c == 'E' {
			j := i + 1
			if c := l.at(j); c == '+' || c == '-' {
				j++
			}
			if is(l.at(j), clsDigit) {
				i = digits(j)
			}
		}
	}
	l.pos = i
}
