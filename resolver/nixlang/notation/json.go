package notation

import (
	"bytes"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// ParseJSON reads a JSON text as builtins.fromJSON does. Numbers without a
// fraction and an exponent are integers, unless they do not fit 64 bits: from
// 2⁶³ to 2⁶⁴-1 they are an error, and further out they are floats. NUL
// characters, invalid UTF-8, half surrogate pairs, floats out of range, and more
// than maxDepth lists and sets inside each other are errors, of the type
// *[SyntaxError].
func ParseJSON(text string, maxDepth int, b Builder) error {
	p := &jsonParser{text: text, b: b, maxDepth: maxDepth}
	if err := p.run(); err != nil {
		var reason jsonError
		if errors.As(err, &reason) {
			before := text[:min(p.at, len(text))]
			return &SyntaxError{"JSON", 1 + strings.Count(before, "\n"), len(before) - strings.LastIndexByte(before, '\n'), string(reason)}
		}
		return err
	}
	return nil
}

// jsonError is a fault of the text at the place where the parser is.
type jsonError string

func (e jsonError) Error() string { return string(e) }

type jsonParser struct {
	text     string
	at       int
	b        Builder
	maxDepth int
	open     []jsonOpen
}

// jsonOpen is a list or a set that has not ended.
type jsonOpen struct {
	set   bool
	count int
}

// run reads values until the outermost has ended.
func (p *jsonParser) run() error {
	if strings.HasPrefix(p.text, "\ufeff") {
		p.at = len("\ufeff")
	}
	for {
		ended, err := p.value()
		if err != nil {
			return err
		}
		for ended && len(p.open) > 0 {
			if ended, err = p.afterElement(); err != nil {
				return err
			}
		}
		if len(p.open) == 0 {
			break
		}
	}
	if p.peek() != 0 || p.at < len(p.text) {
		return jsonError("there is more after the end of the value")
	}
	return nil
}

// value reads a scalar, or the beginning of a list or a set up to its first
// value. It reports whether the value has ended.
func (p *jsonParser) value() (ended bool, err error) {
	switch c := p.peek(); {
	case c == '{':
		return p.begin(true)
	case c == '[':
		return p.begin(false)
	case c == '"':
		s, err := p.str()
		if err != nil {
			return false, err
		}
		return true, p.b.String(s)
	case c == '-' || '0' <= c && c <= '9':
		return true, p.number()
	case p.take("null"):
		return true, p.b.Null()
	case p.take("true"):
		return true, p.b.Bool(true)
	case p.take("false"):
		return true, p.b.Bool(false)
	}
	return false, p.unexpected("a value")
}

func (p *jsonParser) begin(set bool) (ended bool, err error) {
	if len(p.open) >= p.maxDepth {
		return false, jsonError(fmt.Sprintf("more than %d lists and sets are inside each other", p.maxDepth))
	}
	p.at++
	p.open = append(p.open, jsonOpen{set: set})
	if set {
		if err := p.b.BeginSet(); err != nil {
			return false, err
		}
		if p.peek() == '}' {
			return true, p.end()
		}
		return false, p.key()
	}
	if err := p.b.BeginList(); err != nil {
		return false, err
	}
	if p.peek() == ']' {
		return true, p.end()
	}
	return false, nil
}

// end ends the innermost list or set at its bracket.
func (p *jsonParser) end() error {
	p.at++
	last := p.open[len(p.open)-1]
	p.open = p.open[:len(p.open)-1]
	if last.set {
		return p.b.EndSet(last.count)
	}
	return p.b.EndList(last.count)
}

// afterElement goes on behind a value in a list or a set, up to the next value
// or the end. It reports whether the list or set has ended.
func (p *jsonParser) afterElement() (ended bool, err error) {
	inner := &p.open[len(p.open)-1]
	inner.count++
	c := p.peek()
	switch {
	case c == ',' && inner.set:
		p.at++
		return false, p.key()
	case c == ',':
		p.at++
		return false, nil
	case c == '}' && inner.set || c == ']' && !inner.set:
		return true, p.end()
	case inner.set:
		return false, p.unexpected(`"," or "}"`)
	}
	return false, p.unexpected(`"," or "]"`)
}

// key reads a key and the colon.
func (p *jsonParser) key() error {
	if p.peek() != '"' {
		return p.unexpected("a string as a key")
	}
	key, err := p.str()
	if err != nil {
		return err
	}
	if p.peek() != ':' {
		return p.unexpected(`":"`)
	}
	p.at++
	return p.b.Key(key)
}

// number reads a number that begins here.
func (p *jsonParser) number() error {
	start, float := p.at, false
	p.takeByte("-")
	if !p.takeByte("0") && p.digits() == 0 {
		return jsonError("a digit is expected after \"-\"")
	}
	if p.takeByte(".") {
		if float = true; p.digits() == 0 {
			return jsonError("a digit is expected after \".\"")
		}
	}
	if p.takeByte("eE") {
		float = true
		p.takeByte("+-")
		if p.digits() == 0 {
			return jsonError("a digit is expected in the exponent")
		}
	}
	text := p.text[start:p.at]
	if !float {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return p.b.Int(n)
		}
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			return jsonError(fmt.Sprintf("unsigned json number %d outside of Nix integer range", n))
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if math.IsInf(f, 0) {
		return jsonError(fmt.Sprintf("number overflow parsing '%.60s'", text))
	} else if err != nil {
		return jsonError(err.Error())
	}
	return p.b.Float(f)
}

// digits takes digits and returns how many.
func (p *jsonParser) digits() int {
	start := p.at
	for p.at < len(p.text) && '0' <= p.text[p.at] && p.text[p.at] <= '9' {
		p.at++
	}
	return p.at - start
}

// str reads a string from its quotation mark on.
func (p *jsonParser) str() (string, error) {
	p.at++
	start := p.at
	var b []byte // nil while the string is as it stands
	for p.at < len(p.text) {
		c := p.text[p.at]
		switch {
		case c == '"':
			p.at++
			if b == nil {
				return p.text[start : p.at-1], nil
			}
			if bytes.IndexByte(b, 0) >= 0 {
				return "", jsonError(hasNUL(string(b)))
			}
			return string(b), nil
		case c == '\\':
			if b == nil {
				b = append(make([]byte, 0, 2*(p.at-start)+16), p.text[start:p.at]...)
			}
			r, err := p.escape()
			if err != nil {
				return "", err
			}
			b = utf8.AppendRune(b, r)
			continue
		case c < ' ':
			return "", jsonError(fmt.Sprintf("control character U+%04X must be escaped", c))
		}
		size := 1
		if c >= utf8.RuneSelf {
			var r rune
			if r, size = utf8.DecodeRuneInString(p.text[p.at:]); r == utf8.RuneError && size == 1 {
				return "", jsonError(fmt.Sprintf("invalid UTF-8 byte 0x%02X", c))
			}
		}
		if b != nil {
			b = append(b, p.text[p.at:p.at+size]...)
		}
		p.at += size
	}
	return "", jsonError("a string without its closing quotation mark")
}

// escape reads what a backslash stands for.
func (p *jsonParser) escape() (rune, error) {
	if p.at++; p.at == len(p.text) {
		return 0, jsonError("a string without its closing quotation mark")
	}
	c := p.text[p.at]
	p.at++
	if c != 'u' {
		if i := strings.IndexByte(`"\/bfnrt`, c); i >= 0 {
			return rune("\"\\/\b\f\n\r\t"[i]), nil
		}
		p.at--
		return 0, jsonError("a backslash must be followed by one of \"\\/bfnrtu")
	}
	r, err := p.hex()
	if err != nil {
		return 0, err
	}
	if !utf16.IsSurrogate(r) {
		return r, nil
	}
	if r < 0xdc00 && p.take(`\u`) {
		low, err := p.hex()
		if err != nil {
			return 0, err
		}
		if pair := utf16.DecodeRune(r, low); pair != utf8.RuneError {
			return pair, nil
		}
	}
	return 0, jsonError("half of a surrogate pair: U+D800..U+DBFF must be followed by U+DC00..U+DFFF")
}

// longestShown is how much of a text messages show, in bytes.
const longestShown = 100

// hasNUL says that a text has a NUL character in it.
func hasNUL(s string) string {
	if len(s) > longestShown {
		s = s[:longestShown] + "…"
	}
	return "input string '" + strings.ReplaceAll(s, "\x00", "␀") + "' cannot be represented as Nix string because it contains null bytes"
}

// hex reads four hexadecimal digits.
func (p *jsonParser) hex() (rune, error) {
	if p.at+4 <= len(p.text) {
		if n, err := strconv.ParseUint(p.text[p.at:p.at+4], 16, 16); err == nil {
			p.at += 4
			return rune(n), nil
		}
	}
	return 0, jsonError("\\u must be followed by 4 hexadecimal digits")
}

// peek skips white space and returns the byte that follows, 0 at the end.
func (p *jsonParser) peek() byte {
	for p.at < len(p.text) {
		switch c := p.text[p.at]; c {
		case ' ', '\t', '\n', '\r':
			p.at++
		default:
			return c
		}
	}
	return 0
}

func (p *jsonParser) take(word string) bool {
	if !strings.HasPrefix(p.text[p.at:], word) {
		return false
	}
	p.at += len(word)
	return true
}

// takeByte takes a byte that is one of set.
func (p *jsonParser) takeByte(set string) bool {
	if p.at == len(p.text) || strings.IndexByte(set, p.text[p.at]) < 0 {
		return false
	}
	p.at++
	return true
}

func (p *jsonParser) unexpected(want string) error {
	if p.at >= len(p.text) {
		return jsonError("unexpected end, " + want + " is expected")
	}
	r, size := utf8.DecodeRuneInString(p.text[p.at:])
	if r == utf8.RuneError && size == 1 {
		return jsonError(fmt.Sprintf("invalid UTF-8 byte 0x%02X, %s is expected", p.text[p.at], want))
	}
	return jsonError(fmt.Sprintf("unexpected %q, %s is expected", r, want))
}
