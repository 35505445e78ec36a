package ui

import (
	"cmp"
	"errors"
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"devenv/resolver/source"
)

// Hinted is an error that knows what to do next, as a sentence or a command
// to paste.
type Hinted interface {
	Hint() string
}

// Report renders an error for the person who reads it: the fact, the line it
// speaks of with carets under what is wrong, the next step. It is the only
// renderer of errors. Paths below the working directory are shown relative to
// it.
func (s *Streams) Report(err error) {
	for _, e := range apart(err) {
		s.reportOne(e)
	}
}

// apart splits lists of errors; an error that wraps several in a sentence of its
// own stays whole.
func apart(err error) []error {
	list, ok := err.(interface{ Unwrap() []error }) //nolint:errorlint // only a list itself, not what wraps one
	if !ok {
		return []error{err}
	}
	parts := list.Unwrap()
	texts := make([]string, len(parts))
	for i, p := range parts {
		texts[i] = p.Error()
	}
	if err.Error() != strings.Join(texts, "\n") {
		return []error{err}
	}
	var all []error
	for _, p := range parts {
		all = append(all, apart(p)...)
	}
	return all
}

func (s *Streams) reportOne(err error) {
	st := s.ErrStyles()
	fmt.Fprintf(s.Err, "%s %s\n", st.Bad("devenv:"), s.text(fact(err)))
	var mistake *source.Error
	if errors.As(err, &mistake) && mistake.Source != "" && mistake.At.Line > 0 && len(mistake.Source) <= longestLine {
		fmt.Fprintf(s.Err, "%s %s\n", st.Dim(fmt.Sprintf("%5d |", mistake.At.Line)), Clean(mistake.Source))
		fmt.Fprintf(s.Err, "%s %s%s\n", st.Dim("      |"), padding(mistake.Source, mistake.At.Column),
			st.Bad(strings.Repeat("^", width(mistake))))
	}
	var hinted Hinted
	var hint string
	if errors.As(err, &hinted) {
		hint = hinted.Hint()
	}
	if hint = cmp.Or(hint, fileHint(err)); hint != "" {
		fmt.Fprintf(s.Err, "%s %s\n", st.Accent("hint:"), s.text(hint))
	}
}

// text sets the second and later lines under the first and shortens paths.
func (s *Streams) text(t string) string {
	return strings.ReplaceAll(strings.TrimRight(Clean(s.Short(t)), "\n"), "\n", "\n  ")
}

// Short shortens the paths in a text that lie below the working directory.
func (s *Streams) Short(t string) string {
	if s.Dir == "" || s.Dir == "/" {
		return t
	}
	return withoutPrefix(t, s.Dir+"/")
}

// withoutPrefix takes prefix off the paths in t that begin with it, not out of
// the middle of others: the state of a project lies below a mirror of its path.
func withoutPrefix(t, prefix string) string {
	var b strings.Builder
	for {
		before, after, found := strings.Cut(t, prefix)
		b.WriteString(before)
		if !found {
			return b.String()
		}
		if last, _ := utf8.DecodeLastRuneInString(before); before != "" && !unicode.IsSpace(last) && !strings.ContainsRune("\"'`(=:,", last) {
			b.WriteString(prefix)
		}
		t = after
	}
}

// longestLine is the longest line of a file, in bytes, that is worth showing.
const longestLine = 500

// Clean makes text safe for a terminal: what does not print, but for tabs and
// line ends, becomes U+FFFD. Names and contents of files come from strangers,
// and must not move the cursor, set the title or turn the text around.
func Clean(t string) string {
	return strings.Map(func(r rune) rune {
		if r == '\n' || r == '\t' || !unicode.IsControl(r) && !unicode.Is(unicode.Cf, r) {
			return r
		}
		return unicode.ReplacementChar
	}, t)
}

// width is that of what is wrong, at most to the end of the line.
func width(e *source.Error) int {
	return max(1, min(e.Width, utf8.RuneCountInString(e.Source)-e.At.Column+1))
}

// padding is as wide as the text before column, tabs kept, so that the caret
// stands under its character at any tab width.
func padding(line string, column int) string {
	var b strings.Builder
	at := 1
	for _, r := range line {
		if at >= column {
			break
		}
		if r != '\t' {
			r = ' '
		}
		b.WriteRune(r)
		at++
	}
	return b.String()
}
