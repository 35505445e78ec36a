package ui

import (
	"fmt"
	"io"
	"os"
	"strconv"

	"golang.org/x/term"
)

// Streams are the three standard streams of a command and what is known of
// the terminal behind them.
type Streams struct {
	In       io.Reader
	Out, Err io.Writer
	// OutTTY and ErrTTY say that a person looks at the stream.
	OutTTY, ErrTTY bool
	// Width is the number of columns of the terminal behind Err, 80 when it is
	// not a terminal or does not tell.
	Width int
	// Color says that ANSI colours may be used on a terminal.
	Color bool
	// Dir is the working directory, for showing paths; empty if unknown.
	Dir string
	// Quiet drops notices; errors and answers are printed all the same.
	Quiet bool
}

// System returns the process's own streams as the environment wants them.
func System(getenv func(string) string) *Streams {
	s := &Streams{
		In: os.Stdin, Out: os.Stdout, Err: os.Stderr,
		OutTTY: term.IsTerminal(int(os.Stdout.Fd())),
		ErrTTY: term.IsTerminal(int(os.Stderr.Fd())) && getenv("TERM") != "dumb",
		Width:  80,
		Color:  getenv("NO_COLOR") == "" && getenv("TERM") != "dumb",
		Quiet:  getenv("DEVENV_QUIET") != "" && getenv("DEVENV_QUIET") != "0",
	}
	if dir, err := os.Getwd(); err == nil {
		s.Dir = dir
	}
	if cols, err := strconv.Atoi(getenv("COLUMNS")); err == nil && cols > 0 {
		s.Width = cols
	} else if cols, _, err := term.GetSize(int(os.Stderr.Fd())); err == nil && cols > 0 {
		s.Width = cols
	}
	return s
}

// Notice prints one line of conversation, "devenv: …", unless the user asked
// for quiet.
func (s *Streams) Notice(format string, args ...any) {
	if s.Quiet {
		return
	}
	fmt.Fprintf(s.Err, "devenv: %s\n", s.text(fmt.Sprintf(format, args...)))
}

// Printf writes to the answer.
func (s *Streams) Printf(format string, args ...any) {
	fmt.Fprintf(s.Out, format, args...)
}
