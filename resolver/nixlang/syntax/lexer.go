package syntax

// lexer turns bytes into tokens, one at a time. tok is the current token, which
// spans src[start:pos]. Strings and paths with interpolations are read by the
// parser, which goes on at pos.
type lexer struct {
	src   string
	pos   int
	start int
	tok   token
	hash  uint32 // of an identifier
	// noPath is an offset before which no path can begin: the run of path
	// characters that ends there was seen not to hold a slash.
	noPath int
	noURI  int // likewise, for the scheme of a URI
	pipes  bool
}

// at returns the byte at an offset, 0 behind the end.
func (l *lexer) at(i int) byte {
	if i < len(l.src) {
		return l.src[i]
	}
	return 0
}

// has tells whether the byte at an offset is c; a NUL byte is not the end.
func (l *lexer) has(i int, c byte) bool { return i < len(l.src) && l.src[i] == c }

// next reads one token.
func (l *lexer) next() {
	l.skipSpace()
	l.start = l.pos
	if l.pos >= len(l.src) {
		l.tok = tokEOF
		return
	}
	c := l.src[l.pos]
	class := classOf[c]
	switch {
	case class&clsIDStart != 0:
		l.word()
	case class&clsPath != 0 || c == '/':
		if l.path() {
			return
		}
		if class&clsDigit != 0 || c == '.' && is(l.at(l.pos+1), clsDigit) {
			l.number()
			return
		}
		l.operator(c)
	default:
		l.operator(c)
	}
}

// skipSpace skips blanks and comments.
func (l *lexer) skipSpace() {
	src, i := l.src, l.pos
	for i < len(src) {
		c := src[i]
		switch {
		case is(c, clsSpace):
			i++
		case c == '#':
			for i < len(src) && src[i] != '\n' && src[i] != '\r' {
				i++
			}
		case c == '/' && i+1 < len(src) && src[i+1] == '*':
			end := commentEnd(src, i+2)
			if end < 0 {
				l.pos = i
				return
			}
			i = end
		default:
			l.pos = i
			return
		}
	}
	l.pos = i
}

// commentEnd returns the offset behind the comment whose text begins at i, or
// -1 if it never ends.
func commentEnd(src string, i int) int {
	for ; i+1 < len(src); i++ {
		if src[i] == '*' && src[i+1] == '/' {
			return i + 2
		}
	}
	return -1
}

// pairs are the operators of two characters.
var pairs = map[[2]byte]token{
	{'=', '='}: tokEq, {'!', '='}: tokNeq, {'<', '='}: tokLeq, {'>', '='}: tokGeq,
	{'&', '&'}: tokAnd, {'|', '|'}: tokOr, {'-', '>'}: tokImpl, {'/', '/'}: tokUpdate,
	{'+', '+'}: tokConcat, {'<', '|'}: tokPipeFrom, {'|', '>'}: tokPipeInto,
	{'$', '{'}: tokDollar, {'\'', '\''}: tokIndString,
}

// mayPair marks the first characters of pairs.
var mayPair = func() (set [256]bool) {
	for p := range pairs {
		set[p[0]] = true
	}
	return set
}()

// operator reads what is neither a word, a number nor a path.
func (l *lexer) operator(c byte) {
	if c == '<' && l.searchPath() || c == '~' && l.homePath() {
		return
	}
	if c == '.' && l.at(l.pos+1) == '.' && l.at(l.pos+2) == '.' {
		l.tok, l.pos = tokEllipsis, l.pos+3
		return
	}
	if mayPair[c] {
		if tok, ok := pairs[[2]byte{c, l.at(l.pos + 1)}]; ok {
			l.tok, l.pos = tok, l.pos+2
			if (tok == tokPipeFrom || tok == tokPipeInto) && !l.pipes {
				panic(&Error{"experimental Nix feature 'pipe-operators' is disabled; add '--extra-experimental-features pipe-operators' to enable it", uint32(l.start)})
			}
			return
		}
	}
	l.pos++
	if c < 2 || c >= 128 {
		l.tok = tokInvalid
		return
	}
	l.tok = token(c)
}
