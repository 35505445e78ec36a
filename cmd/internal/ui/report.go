package ui

import (
	"errors"
	"fmt"
	"strings"
)

// Located is an error with a place in a file that the user wrote. Line and
// column count from 1; a column of 0 means the whole line.
type Located interface {
	error
	Place() (file string, line, column int)
}

// Quoted is a Located error that also has the text of its line.
type Quoted interface {
	SourceLine() string
}

// Hinted is an error that knows what to do next, as a sentence or a command
// to paste.
type Hinted interface {
	Hint() string
}

// Report renders an error for the person who reads it: the fact, the line with
// a caret under the column, the hint. It is the only renderer of errors.
func (s *Streams) Report(err error) {
	st := s.ErrStyles()
	var joined interface{ Unwrap() []error }
	if errors.As(err, &joined) && !hasOwnText(err, joined.Unwrap()) {
		for _, e := range joined.Unwrap() {
			s.Report(e)
		}
		return
	}
	fmt.Fprintf(s.Err, "%s %s\n", st.Bad("devenv:"), indent(err.Error()))
	var located Located
	if errors.As(err, &located) {
		s.caret(st, located)
	}
	var hinted Hinted
	if errors.As(err, &hinted) && hinted.Hint() != "" {
		fmt.Fprintf(s.Err, "%s %s\n", st.Accent("hint:"), indent(hinted.Hint()))
	}
}

// hasOwnText tells an error that wraps several others in a sentence of its own
// from errors.Join, which only lists them.
func hasOwnText(err error, parts []error) bool {
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Error()
	}
	return err.Error() != strings.Join(texts, "\n")
}

func (s *Streams) caret(st Styles, err Located) {
	_, line, column := err.Place()
	var quoted Quoted
	if !errors.As(err, &quoted) || quoted.SourceLine() == "" || line == 0 {
		return
	}
	number := fmt.Sprintf("%5d", line)
	fmt.Fprintf(s.Err, "%s %s\n", st.Dim(number+" |"), quoted.SourceLine())
	if column > 0 {
		fmt.Fprintf(s.Err, "%s %s%s\n", st.Dim("      |"), padding(quoted.SourceLine(), column), st.Bad("^"))
	}
}

// padding is as wide as the text before column, tabs kept, so that the caret
// stands under its character at any tab width. The column counts bytes.
func padding(line string, column int) string {
	var b strings.Builder
	for i, r := range line {
		if i >= column-1 {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
	}
	return b.String()
}

// indent sets the second and later lines of a message under its first.
func indent(text string) string {
	return strings.ReplaceAll(strings.TrimRight(text, "\n"), "\n", "\n  ")
}
