// Package source says where in a file something stands: the vocabulary that
// every reader of declarations shares, so that an error can show the line it
// speaks of.
//
// A Position is for people and editors: lines and columns count from 1, columns
// in characters (runes), tabs as one. An Error is a mistake at a position, with
// the line itself; rendering it (gutter, caret, colour) is the caller's.
package source

import (
	"bytes"
	"fmt"
	"strings"
	"unicode/utf8"
)

// Position is a place in a file. The zero value is no place; Line 0 means the
// file as a whole.
type Position struct {
	File   string
	Line   int
	Column int
}

// String is "file:line:column", or the file alone when it is meant as a whole.
func (p Position) String() string {
	if p.Line == 0 {
		return p.File
	}
	return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column)
}

// mark is UTF-8's byte order mark, which editors hide and positions skip.
var mark = []byte("\ufeff")

// At is the position of the byte at offset in data. An offset beyond the end
// is the end.
func At(file string, data []byte, offset int) Position {
	offset = max(0, min(offset, len(data)))
	before := bytes.TrimPrefix(data[:offset], mark)
	start := bytes.LastIndexByte(before, '\n') + 1
	return Position{
		File:   file,
		Line:   bytes.Count(before, []byte{'\n'}) + 1,
		Column: utf8.RuneCount(before[start:]) + 1,
	}
}

// Error is a mistake in a file, with what is needed to show it.
type Error struct {
	At     Position
	Width  int    // characters that are wrong, from At on; at least 1
	Source string // the line that At names, without its line ending
	What   string // the fact
	Fix    string // the next step; may be empty
}

// Errorf is a mistake in the length bytes of data that start at offset.
// The fact is formatted; add the next step with Fixed.
func Errorf(file string, data []byte, offset, length int, format string, args ...any) *Error {
	offset = max(0, min(offset, len(data)))
	end := max(offset, min(offset+length, len(data)))
	wrong, _, _ := bytes.Cut(data[offset:end], []byte{'\n'})
	start := bytes.LastIndexByte(data[:offset], '\n') + 1
	line, _, _ := bytes.Cut(data[start:], []byte{'\n'})
	if start == 0 {
		line = bytes.TrimPrefix(line, mark)
	}
	return &Error{
		At:     At(file, data, offset),
		Width:  max(1, utf8.RuneCount(bytes.TrimRight(wrong, "\r"))),
		Source: strings.ToValidUTF8(string(bytes.TrimRight(line, "\r")), "\uFFFD"),
		What:   fmt.Sprintf(format, args...),
	}
}

// Fixed gives the error its next step and returns it.
func (e *Error) Fixed(format string, args ...any) *Error {
	e.Fix = fmt.Sprintf(format, args...)
	return e
}

// Error is the position and the fact, on one line.
func (e *Error) Error() string { return e.At.String() + ": " + e.What }

// Hint is the next step, or nothing.
func (e *Error) Hint() string { return e.Fix }

// Errors are all the mistakes of one file, in its order; never empty.
type Errors []*Error

// Error is one mistake a line.
func (e Errors) Error() string {
	lines := make([]string, len(e))
	for i, err := range e {
		lines[i] = err.Error()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives each mistake to errors.As.
func (e Errors) Unwrap() []error {
	all := make([]error, len(e))
	for i, err := range e {
		all[i] = err
	}
	return all
}

// Nearest is the one of names that s is most likely a misspelling of, or "":
// by edits (insert, delete, replace, swap), at most a third of the length.
func Nearest(s string, names []string) string {
	best, limit := "", len(s)/3+1
	for _, name := range names {
		if d := distance(strings.ToLower(s), strings.ToLower(name)); d < limit || d == limit && best == "" {
			best, limit = name, d
		}
	}
	return best
}

// distance counts the edits from a to b (optimal string alignment).
func distance(a, b string) int {
	before, row := make([]int, len(b)+1), make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		next := make([]int, len(b)+1)
		next[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			next[j+1] = min(row[j+1]+1, next[j]+1, row[j]+cost)
			if i > 0 && j > 0 && a[i] == b[j-1] && a[i-1] == b[j] {
				next[j+1] = min(next[j+1], before[j-1]+1)
			}
		}
		before, row = row, next
	}
	return row[len(b)]
}
