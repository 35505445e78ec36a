package constraint

import (
	"fmt"
	"unicode/utf8"
)

// A ParseError says what in a constraint cannot be read, or is not for us to satisfy.
type ParseError struct {
	Grammar    Grammar
	Constraint string // as it was given to Parse
	Column     int    // where in it the problem begins, in characters from 1
	Problem    string
	hint       string
	offset     int // of the problem in bytes, in the constraint without the space around it
}

func (e *ParseError) Error() string {
	return fmt.Sprintf("%q, column %d: %s", e.Constraint, e.Column, e.Problem)
}

// Hint says what can be written instead.
func (e *ParseError) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	switch e.Grammar {
	case NPM:
		return "valid are for example 20, 20.11, 20.x, ^22.1, >=20 <23, lts, lts/iron, lts/-1, latest"
	case PEP440:
		return "valid are for example 3.11, 3.11.4, >=3.11,<3.13, ~=3.11, ==3.11.*, latest"
	case Go:
		return "valid are for example 1.24, 1.24.5, 1.24rc1, >=1.22, latest"
	default:
		return "valid are for example 1, 1.2, 1.x, ^1.2, >=1.2 <3, latest"
	}
}

// problem is an error at a byte offset.
func problem(offset int, format string, args ...any) *ParseError {
	return &ParseError{offset: offset, Problem: fmt.Sprintf(format, args...)}
}

func (e *ParseError) withHint(format string, args ...any) *ParseError {
	e.hint = fmt.Sprintf(format, args...)
	return e
}

// complete fills in where the error is: s as it was given, with lead bytes of
// space in front.
func (e *ParseError) complete(g Grammar, s string, lead int) *ParseError {
	e.Grammar, e.Constraint = g, s
	e.Column = utf8.RuneCountInString(s[:min(lead+e.offset, len(s))]) + 1
	return e
}

// found shows the character of s at offset i, for messages.
func found(s string, i int) string {
	if i >= len(s) {
		return "the end"
	}
	r, _ := utf8.DecodeRuneInString(s[i:])
	return fmt.Sprintf("%q", r)
}
