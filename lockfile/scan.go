package lockfile

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

// maxDepth is how deep values may nest. Nix's own locks have a depth of 5,
// those with tools a depth of 8.
const maxDepth = 64

// maxKey is how long a key may be, in bytes: paths in messages are made of keys.
const maxKey = 1000

// A scanner turns JSON (RFC 8259) into Go values as Attrs describes them. It
// is as strict as Nix's own parser and stricter in one thing: an object may
// not have one key twice.
type scanner struct {
	data  []byte
	i     int // the next byte
	line  int // the number of lines before i
	bol   int // where the line with i begins
	depth int

	path  []byte // of the value being read, in the form that messages show
	want  string // a path to look for, if seek
	seek  bool
	found Position // where its value begins
}

// A syntaxError is raised with panic and caught in scan: every step of the
// scanner may fail and none has anything to add.
type syntaxError struct {
	at      Position
	problem string
}

// scan reads the one value that data consists of.
func scan(data []byte) (v any, err *syntaxError) {
	s := &scanner{data: data}
	return s.scan()
}

// locate returns where the value at path begins: nodes.node.locked.parts[0].url
// is such a path. It is the zero Position where there is none. Paths are looked
// for when an error needs one, so that what is right costs nothing.
func locate(data []byte, path string) Position {
	s := &scanner{data: data, want: path, seek: true}
	s.scan()
	return s.found
}

func (s *scanner) scan() (v any, err *syntaxError) {
	defer func() {
		switch e := recover().(type) {
		case nil:
		case *syntaxError:
			err = e
		default:
			panic(e)
		}
	}()
	if bytes.HasPrefix(s.data, []byte("\ufeff")) {
		s.i, s.bol = 3, 3
	}
	s.space()
	v = s.value()
	s.space()
	if s.i < len(s.data) {
		s.fail("there is more after the end of the JSON value")
	}
	return v, nil
}

// here is the position of the byte at offset i in the current line.
func (s *scanner) here(i int) Position {
	return Position{s.line + 1, utf8.RuneCount(s.data[s.bol:i]) + 1}
}

func (s *scanner) fail(format string, args ...any) { s.failAt(s.i, format, args...) }

// failAt fails at an offset in the line with i.
func (s *scanner) failAt(offset int, format string, args ...any) {
	panic(&syntaxError{s.here(offset), fmt.Sprintf(format, args...)})
}

// unexpected fails at the next byte, where what was expected.
func (s *scanner) unexpected(what string) {
	if s.i >= len(s.data) {
		s.fail("the file ends here, %s is missing", what)
	}
	r, size := utf8.DecodeRune(s.data[s.i:])
	if r == utf8.RuneError && size == 1 {
		s.fail("not JSON: byte 0x%02x instead of %s", s.data[s.i], what)
	}
	s.fail("not JSON: %q instead of %s", r, what)
}

func (s *scanner) peek() byte {
	if s.i < len(s.data) {
		return s.data[s.i]
	}
	return 0
}

func (s *scanner) space() {
	for ; s.i < len(s.data); s.i++ {
		switch s.data[s.i] {
		case ' ', '\t', '\r':
		case '\n':
			s.line++
			s.bol = s.i + 1
		default:
			return
		}
	}
}

func (s *scanner) value() any {
	if s.seek && s.found.Line == 0 && string(s.path) == s.want {
		s.found = s.here(s.i)
	}
	switch c := s.peek(); {
	case c == '{':
		return s.object()
	case c == '[':
		return s.array()
	case c == '"':
		return s.str()
	case c == '-' || '0' <= c && c <= '9':
		return s.number()
	}
	for word, v := range map[string]any{"true": true, "false": false, "null": nil} {
		if end := s.i + len(word); end <= len(s.data) && string(s.data[s.i:end]) == word {
			s.i = end
			return v
		}
	}
	s.unexpected("a value")
	return nil
}

// enter steps over the bracket that opens an object or array and reports
// whether there is something in it.
func (s *scanner) enter(end byte) bool {
	if s.depth++; s.depth > maxDepth {
		s.fail("values nest deeper than %d levels", maxDepth)
	}
	s.i++
	s.space()
	return s.peek() != end
}

// next steps over a comma and returns true, or over the closing bracket and returns false.
func (s *scanner) next(end byte) bool {
	s.space()
	switch s.peek() {
	case ',':
		s.i++
		s.space()
		return true
	case end:
		s.leave()
		return false
	}
	s.unexpected(fmt.Sprintf("',' or '%c'", end))
	return false
}

func (s *scanner) leave() {
	s.depth--
	s.i++
}

func (s *scanner) object() any {
	object := map[string]any{}
	if !s.enter('}') {
		s.leave()
		return object
	}
	for more := true; more; more = s.next('}') {
		if s.peek() != '"' {
			s.unexpected("a key in quotes")
		}
		at := s.i
		key := s.str()
		if len(key) > maxKey {
			s.failAt(at, "a key of %d bytes; %d are allowed", len(key), maxKey)
		}
		if _, twice := object[key]; twice {
			s.failAt(at, "the key %q is there twice", key)
		}
		s.space()
		if s.peek() != ':' {
			s.unexpected("':'")
		}
		s.i++
		s.space()
		outer := len(s.path)
		s.path = appendMember(s.path, key)
		object[key] = s.value()
		s.path = s.path[:outer]
	}
	return object
}

func (s *scanner) array() any {
	array := []any{}
	if !s.enter(']') {
		s.leave()
		return array
	}
	for more := true; more; more = s.next(']') {
		outer := len(s.path)
		s.path = appendElement(s.path, len(array))
		array = append(array, s.value())
		s.path = s.path[:outer]
	}
	return array
}
