package flake

import (
	"errors"
	"fmt"
	"unicode/utf8"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/source"
)

// An Error is a flake that cannot be used as it is.
type Error struct {
	Fact string
	Next string // what to do about it
	Err  error  // what it comes from, if anything
}

func (e *Error) Error() string { return e.Fact }

// Hint says what to do next.
func (e *Error) Hint() string { return e.Next }

func (e *Error) Unwrap() error { return e.Err }

// An InputError is an error about an input of the flake that is locked.
type InputError struct {
	Input InputPath
	Err   error
}

func (e *InputError) Error() string { return fmt.Sprintf("input '%s': %v", e.Input, e.Err) }

func (e *InputError) Unwrap() error { return e.Err }

// about says which input an error is about, unless that is said already.
func about(input InputPath, err error) error {
	var known *InputError
	if err == nil || errors.As(err, &known) {
		return err
	}
	return &InputError{input, err}
}

// mistake is an error at a place of a flake.nix.
func mistake(at eval.Place, next, format string, args ...any) error {
	column := at.Column
	if column > 1 && column-1 <= len(at.Text) {
		column = utf8.RuneCountInString(at.Text[:column-1]) + 1
	}
	return &source.Error{
		At: source.Position{File: at.File, Line: at.Line, Column: column}, Width: 1, Source: at.Text,
		What: fmt.Sprintf(format, args...), Fix: next,
	}
}
