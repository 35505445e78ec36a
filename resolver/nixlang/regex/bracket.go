package regex

import (
	"strings"
	"sync"
)

// byteSet is a set of bytes.
type byteSet [256 / 64]uint64

func (b *byteSet) add(c byte)           { b[c>>6] |= 1 << (c & 63) }
func (b *byteSet) has(c byte) bool      { return b[c>>6]>>(c&63)&1 != 0 }
func (b *byteSet) union(other *byteSet) { forEachWord(func(i int) { b[i] |= other[i] }) }
func (b *byteSet) invert()              { forEachWord(func(i int) { b[i] = ^b[i] }) }

func forEachWord(f func(i int)) {
	for i := range len(byteSet{}) {
		f(i)
	}
}

// bracket reads a bracket expression from behind its opening.
func (c *compiler) bracket(negated bool) error {
	var set byteSet
	last := bracketLast{set: &set}
	if ok, err := c.accept(tokChar); err != nil {
		return err
	} else if ok {
		last.char(c.value[0])
	} else if ok, err := c.accept(tokDash); err != nil {
		return err
	} else if ok {
		last.char('-') // a dash at the beginning is itself
	}
	for {
		more, err := c.bracketTerm(&set, &last)
		if err != nil {
			return err
		}
		if !more {
			break
		}
	}
	last.flush()
	if negated {
		set.invert()
	}
	return c.push(state{op: opMatch, set: &set})
}

// bracketLast is what was read last in a bracket expression: it may be the
// begin of a range.
type bracketLast struct {
	set   *byteSet
	isSet bool // it is a character
	class bool // it is a class
	c     byte
}

func (l *bracketLast) flush() {
	if l.isSet {
		l.set.add(l.c)
	}
	*l = bracketLast{set: l.set}
}

func (l *bracketLast) char(c byte) {
	l.flush()
	l.isSet, l.c = true, c
}

// bracketTerm reads one part of a bracket expression and reports whether there
// may be more.
func (c *compiler) bracketTerm(set *byteSet, last *bracketLast) (more bool, err error) {
	t := c.scanner.token
	if t == tokEOF {
		return false, c.fail("a bracket expression without an end")
	}
	if _, err := c.accept(t); err != nil {
		return false, err
	}
	switch t {
	case tokBracketClose:
		return false, nil
	case tokChar:
		last.char(c.value[0])
	case tokCollate:
		char, ok := collatingElement(c.value)
		if !ok {
			return false, c.fail("an unknown collating element")
		}
		last.char(char)
	case tokEquiv:
		char, ok := collatingElement(c.value)
		if !ok {
			return false, c.fail("an unknown equivalence class")
		}
		last.flush()
		last.class = true
		set.add(toLower(char))
		set.add(toUpper(char))
	case tokClass:
		class, ok := classNamed(c.value)
		if !ok {
			return false, c.fail("an unknown character class")
		}
		last.flush()
		last.class = true
		set.union(&class)
	case tokDash:
		return c.bracketDash(set, last)
	default:
		return false, c.fail("an unexpected character in a bracket expression")
	}
	return true, nil
}

// bracketDash goes on behind a dash that is not at the beginning.
func (c *compiler) bracketDash(set *byteSet, last *bracketLast) (more bool, err error) {
	if ok, err := c.accept(tokBracketClose); ok || err != nil {
		last.char('-')
		return false, err
	}
	if !last.isSet {
		return false, c.fail("a range in a bracket expression that begins with no character")
	}
	end := byte('-')
	if ok, err := c.accept(tokChar); err != nil {
		return false, err
	} else if ok {
		end = c.value[0]
	} else if ok, err := c.accept(tokDash); err != nil {
		return false, err
	} else if !ok {
		return false, c.fail("a range in a bracket expression that ends with no character")
	}
	if int8(last.c) > int8(end) {
		return false, c.fail("a range in a bracket expression that ends before it begins")
	}
	for i := int(int8(last.c)); i <= int(int8(end)); i++ {
		set.add(byte(i))
	}
	last.isSet = false
	return true, nil
}

// classNamed returns the character class of that name, in any case.
func classNamed(name string) (set byteSet, ok bool) {
	var lower strings.Builder
	for i := range len(name) {
		lower.WriteByte(toLower(name[i]))
	}
	is, ok := classes[lower.String()]
	if ok {
		for c := range 128 {
			if is(byte(c)) {
				set.add(byte(c))
			}
		}
	}
	return set, ok
}

// classes are the character classes of the C locale.
var classes = map[string]func(c byte) bool{
	"alnum":  isAlnum,
	"alpha":  isAlpha,
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
	"d":      isDigit,
	"digit":  isDigit,
	"graph":  func(c byte) bool { return ' ' < c && c < 0x7f },
	"lower":  func(c byte) bool { return 'a' <= c && c <= 'z' },
	"print":  func(c byte) bool { return ' ' <= c && c < 0x7f },
	"punct":  func(c byte) bool { return ' ' < c && c < 0x7f && !isAlnum(c) },
	"s":      isSpace,
	"space":  isSpace,
	"upper":  func(c byte) bool { return 'A' <= c && c <= 'Z' },
	"w":      func(c byte) bool { return isAlnum(c) || c == '_' },
	"xdigit": func(c byte) bool { return isDigit(c) || 'a' <= toLower(c) && toLower(c) <= 'f' },
}

func isAlpha(c byte) bool { return 'a' <= toLower(c) && toLower(c) <= 'z' }
func isAlnum(c byte) bool { return isAlpha(c) || isDigit(c) }
func isSpace(c byte) bool { return c == ' ' || '\t' <= c && c <= '\r' }

func toLower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		c += 'a' - 'A'
	}
	return c
}

func toUpper(c byte) byte {
	if 'a' <= c && c <= 'z' {
		c -= 'a' - 'A'
	}
	return c
}

// collatingElement returns the character that POSIX calls name: letters are
// called like themselves.
func collatingElement(name string) (byte, bool) {
	if len(name) == 1 && isAlpha(name[0]) {
		return name[0], true
	}
	c, ok := collatingNames()[name]
	return c, ok
}

// collatingNames are the names of the other ASCII characters.
var collatingNames = sync.OnceValue(func() map[string]byte {
	names := map[string]byte{"DEL": 0x7f}
	for _, run := range []struct {
		first byte
		names string
	}{
		{0, "NUL SOH STX ETX EOT ENQ ACK alert backspace tab newline vertical-tab form-feed carriage-return SO SI " +
			"DLE DC1 DC2 DC3 DC4 NAK SYN ETB CAN EM SUB ESC IS4 IS3 IS2 IS1 space exclamation-mark quotation-mark " +
			"number-sign dollar-sign percent-sign ampersand apostrophe left-parenthesis right-parenthesis asterisk " +
			"plus-sign comma hyphen period slash zero one two three four five six seven eight nine colon semicolon " +
			"less-than-sign equals-sign greater-than-sign question-mark commercial-at"},
		{'[', "left-square-bracket backslash right-square-bracket circumflex underscore grave-accent"},
		{'{', "left-curly-bracket vertical-line right-curly-bracket tilde"},
	} {
		for i, name := range strings.Fields(run.names) {
			names[name] = run.first + byte(i)
		}
	}
	return names
})
