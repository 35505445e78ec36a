package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"

	"devenv/resolver/nixlang/eval"
)

// nixError is an error in a Nix file, ready to be shown: the message, the lines
// with carets, and where the evaluation came from.
type nixError struct {
	msg    string
	frames []eval.Frame
	cycle  []eval.Frame
	hint   string
}

func (e *nixError) Hint() string { return e.hint }

func (e *nixError) Error() string {
	var b strings.Builder
	b.WriteString(e.msg)
	word := "at"
	for _, f := range e.frames {
		if f.Note {
			b.WriteString("\n  … " + f.Text)
			continue
		}
		if f.Text != "" {
			b.WriteString("\n  … " + f.Text)
		}
		writePlace(&b, word, f.Place)
		word = "from"
	}
	for i, f := range e.cycle {
		if i == 0 {
			b.WriteString("\n  which needs itself, by way of")
		}
		fmt.Fprintf(&b, "\n    %s %s", f.Place, strings.TrimSpace(shown(f.Place.Text)))
		if f.Text != "" {
			b.WriteString(" (" + f.Text + ")")
		}
	}
	return uncoloured(b.String())
}

// colours are what programs put into messages for terminals.
var colours = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile("\x1b\\[[0-9;]*m")
})

func uncoloured(s string) string { return colours().ReplaceAllString(s, "") }

// longestShown is the longest line of a file, in bytes, that is worth showing.
const longestShown = 500

// shown cuts a line that is too long to be shown.
func shown(line string) string {
	if len(line) > longestShown {
		return line[:longestShown] + "…"
	}
	return line
}

// writePlace writes a line of a file with a caret.
func writePlace(b *strings.Builder, word string, p eval.Place) {
	if p.File == "" {
		return
	}
	fmt.Fprintf(b, "\n  %s %s:%d:%d", word, p.File, p.Line, p.Column)
	if p.Column > longestShown {
		return
	}
	caret := strings.Map(func(r rune) rune {
		if r == '\t' {
			return r
		}
		return ' '
	}, p.Text[:min(max(p.Column-1, 0), len(p.Text))])
	fmt.Fprintf(b, "\n  %5d | %s\n        | %s^", p.Line, shown(p.Text), caret)
}

// explained makes an evaluation's error readable. Without all of the trace it
// shows the frame in the nearest file below the working directory, or at least
// outside of the store, and one in another file if that is nearer.
func explained(err error, all bool) error {
	var e *eval.Error
	if !errors.As(err, &e) {
		return err
	}
	if e.Kind == eval.Interrupted {
		return context.Canceled
	}
	out := &nixError{msg: e.Msg, hint: e.Hint()}
	if all {
		out.frames = append([]eval.Frame{{Place: e.Pos}}, e.Trace...)
		out.cycle = e.Cycle
		return out
	}
	const cycleShown = 5
	out.cycle = e.Cycle[:min(cycleShown, len(e.Cycle))]
	here, err := os.Getwd()
	mine := func(file string) bool {
		return err == nil && (!filepath.IsAbs(file) || strings.HasPrefix(file, here+"/"))
	}
	out.frames = e.Brief(mine)
	if len(out.frames) == 0 || !mine(out.frames[0].File) {
		out.frames = e.Brief(func(file string) bool { return !strings.HasPrefix(file, "/nix/store/") })
	}
	return out
}
