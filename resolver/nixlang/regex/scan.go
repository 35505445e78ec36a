package regex

import "strings"

// token is the smallest part of a pattern that has a meaning.
type token uint8

const (
	tokEOF token = iota
	tokChar
	tokAny
	tokStar
	tokPlus
	tokOpt
	tokOr
	tokLineBegin
	tokLineEnd
	tokOpen
	tokClose
	tokBraceOpen
	tokCount
	tokComma
	tokBraceClose
	tokBracketOpen
	tokBracketNegOpen
	tokBracketClose
	tokDash
	tokCollate // [.name.]
	tokEquiv   // [=name=]
	tokClass   // [:name:]
)

// special are the characters that a backslash may stand before.
const special = `.[\()*+?{|^$`

// scanMode is where in a pattern the scanner is.
type scanMode uint8

const (
	inPattern scanMode = iota
	inBracket
	inBrace
)

// scanner reads a pattern one token ahead.
type scanner struct {
	pattern string
	at      int
	mode    scanMode
	first   bool // of the characters in a bracket expression

	token token
	value string // of tokChar, tokCount and the names
}

// advance reads the next token.
func (s *scanner) advance() error {
	if s.at == len(s.pattern) {
		s.token = tokEOF
		return nil
	}
	switch s.mode {
	case inBracket:
		return s.advanceInBracket()
	case inBrace:
		return s.advanceInBrace()
	}
	return s.advanceInPattern()
}

func (s *scanner) advanceInPattern() error {
	c := s.next()
	switch c {
	case '\\':
		if s.at == len(s.pattern) {
			return s.fail("a backslash at its end")
		}
		if c := s.next(); strings.IndexByte(special, c) < 0 {
			return s.fail("a backslash before an ordinary character")
		}
		s.char()
	case '(':
		s.token = tokOpen
	case ')':
		s.token = tokClose
	case '[':
		s.mode, s.first, s.token = inBracket, true, tokBracketOpen
		if s.at < len(s.pattern) && s.pattern[s.at] == '^' {
			s.at++
			s.token = tokBracketNegOpen
		}
	case '{':
		s.mode, s.token = inBrace, tokBraceOpen
	case '^':
		s.token = tokLineBegin
	case '$':
		s.token = tokLineEnd
	case '.':
		s.token = tokAny
	case '*':
		s.token = tokStar
	case '+':
		s.token = tokPlus
	case '?':
		s.token = tokOpt
	case '|':
		s.token = tokOr
	case 0:
		return s.fail("a NUL byte")
	default:
		s.char()
	}
	return nil
}

func (s *scanner) advanceInBracket() error {
	first := s.first
	s.first = false
	switch c := s.next(); {
	case c == '-':
		s.token = tokDash
	case c == ']' && !first:
		s.token, s.mode = tokBracketClose, inPattern
	case c == '[':
		if s.at == len(s.pattern) {
			return s.fail("a bracket expression without an end")
		}
		switch s.pattern[s.at] {
		case '.':
			return s.name(tokCollate)
		case '=':
			return s.name(tokEquiv)
		case ':':
			return s.name(tokClass)
		}
		s.char()
	default:
		s.char()
	}
	return nil
}

// name reads the rest of "[:name:]" from its first colon.
func (s *scanner) name(t token) error {
	mark := s.next()
	rest := s.pattern[s.at:]
	end := strings.IndexByte(rest, mark)
	if end < 0 || end+1 == len(rest) || rest[end+1] != ']' {
		return s.fail("a name in a bracket expression without an end")
	}
	s.token, s.value = t, rest[:end]
	s.at += end + 2
	return nil
}

func (s *scanner) advanceInBrace() error {
	switch c := s.next(); {
	case isDigit(c):
		start := s.at - 1
		for s.at < len(s.pattern) && isDigit(s.pattern[s.at]) {
			s.at++
		}
		s.token, s.value = tokCount, s.pattern[start:s.at]
	case c == ',':
		s.token = tokComma
	case c == '}':
		s.token, s.mode = tokBraceClose, inPattern
	default:
		return s.fail("an unexpected character in braces")
	}
	return nil
}

// next takes a byte.
func (s *scanner) next() byte {
	s.at++
	return s.pattern[s.at-1]
}

// char makes the byte that was taken last the token.
func (s *scanner) char() { s.token, s.value = tokChar, s.pattern[s.at-1:s.at] }

func (s *scanner) fail(reason string) error {
	return &SyntaxError{s.pattern, s.at, reason}
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
