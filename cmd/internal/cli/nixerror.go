package cli

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"slices"
	"strings"

	"devenv/resolver/nixlang/eval"
)

// nixPlace is a line of a Nix file.
type nixPlace struct {
	file         string
	line, column int
	text         string
}

// nixError is an error in a Nix file: the message, the line with a caret, and
// where the evaluation came from.
type nixError struct {
	msg     string
	place   nixPlace
	context []string // what the program itself says of where it was
	trace   []nixPlace
	hint    string
}

func (e *nixError) Hint() string { return e.hint }

func (e *nixError) Error() string {
	var b strings.Builder
	b.WriteString(e.msg)
	e.place.write(&b, "at")
	for _, text := range e.context {
		b.WriteString("\n  … " + text)
	}
	for _, p := range e.trace {
		p.write(&b, "from")
	}
	return b.String()
}

func (p nixPlace) write(b *strings.Builder, word string) {
	if p.file == "" {
		return
	}
	fmt.Fprintf(b, "\n  %s %s:%d:%d\n", word, p.file, p.line, p.column)
	caret := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, p.text[:min(max(p.column-1, 0), len(p.text))])
	fmt.Fprintf(b, "  %5d | %s\n        | %s^", p.line, p.text, caret)
}

// explained makes an evaluation's error readable. Without all of the trace it
// shows one frame.
func explained(err error, all bool) error {
	var e *eval.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Kind == eval.Interrupted {
		return context.Canceled
	}
	out := &nixError{msg: uncoloured(e.Msg), place: placeOf(e.Pos), hint: e.Hint(), context: slices.Clone(e.Contexts)}
	for i, c := range out.context {
		out.context[i] = uncoloured(c)
	}
	for _, p := range e.Trace {
		if len(out.trace) == 1 && !all {
			break
		}
		out.trace = append(out.trace, placeOf(p))
	}
	return out
}

// colours are what programs put into messages for terminals.
var colours = regexp.MustCompile("\x1b\\[[0-9;]*m")

func uncoloured(s string) string { return colours.ReplaceAllString(s, "") }

func placeOf(p eval.Place) nixPlace { return nixPlace{p.File, p.Line, p.Column, p.Text} }
