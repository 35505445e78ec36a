package lockfile

import (
	"math"
	"strconv"
	"unicode/utf16"
	"unicode/utf8"
)

// number reads a number as Nix's parser does: a whole number that fits 64 bits
// stays one, everything else is a float64.
func (s *scanner) number() any {
	start := s.i
	if s.peek() == '-' {
		s.i++
	}
	if s.peek() == '0' {
		s.i++
	} else {
		s.digits()
	}
	whole := true
	if s.peek() == '.' {
		whole = false
		s.i++
		s.digits()
	}
	if s.peek() == 'e' || s.peek() == 'E' {
		whole = false
		s.i++
		if s.peek() == '+' || s.peek() == '-' {
			s.i++
		}
		s.digits()
	}
	text := string(s.data[start:s.i])
	if whole {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n
		}
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			return n
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil || math.IsInf(f, 0) {
		s.failAt(start, "the number %s is out of range", text)
	}
	return f
}

func (s *scanner) digits() {
	start := s.i
	for c := s.peek(); '0' <= c && c <= '9'; c = s.peek() {
		s.i++
	}
	if s.i == start {
		s.unexpected("a digit")
	}
}

// str reads a string, from its opening to its closing quote.
func (s *scanner) str() string {
	open := s.i
	s.i++
	start := s.i
	var out []byte // what start's part of the string follows on
	for {
		if s.i >= len(s.data) {
			s.failAt(open, "the file ends inside the string that begins here")
		}
		switch c := s.data[s.i]; {
		case c == '"':
			out = append(out, s.data[start:s.i]...)
			s.i++
			return string(out)
		case c == '\\':
			out = append(out, s.data[start:s.i]...)
			out = utf8.AppendRune(out, s.escape())
			start = s.i
		case c < ' ':
			s.fail("not JSON: a control character (0x%02x) inside a string", c)
		case c < utf8.RuneSelf:
			s.i++
		default:
			r, size := utf8.DecodeRune(s.data[s.i:])
			if r == utf8.RuneError && size == 1 {
				s.fail("byte 0x%02x is not UTF-8", c)
			}
			s.i += size
		}
	}
}

// escape reads what a backslash begins.
func (s *scanner) escape() rune {
	at := s.i
	s.i += 2
	if s.i > len(s.data) {
		s.failAt(at, "the file ends inside a string")
	}
	switch c := s.data[s.i-1]; c {
	case '"', '\\', '/':
		return rune(c)
	case 'b':
		return '\b'
	case 'f':
		return '\f'
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	case 'u':
		r := s.hex4(at)
		if !utf16.IsSurrogate(r) {
			return r
		}
		if s.i+1 < len(s.data) && s.data[s.i] == '\\' && s.data[s.i+1] == 'u' {
			s.i += 2
			if pair := utf16.DecodeRune(r, s.hex4(at)); pair != utf8.RuneError {
				return pair
			}
		}
		s.failAt(at, "half of a surrogate pair (RFC 8259, 8.2)")
	}
	s.failAt(at, "not JSON: there is no escape \\%c", s.data[s.i-1])
	return 0
}

func (s *scanner) hex4(at int) rune {
	if s.i+4 <= len(s.data) {
		if n, err := strconv.ParseUint(string(s.data[s.i:s.i+4]), 16, 16); err == nil {
			s.i += 4
			return rune(n)
		}
	}
	s.failAt(at, "not JSON: \\u needs four hexadecimal digits")
	return 0
}
