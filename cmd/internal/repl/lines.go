package repl

import (
	"bufio"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/peterh/liner"
)

// Lines is where statements come from. Read returns io.EOF at the end and
// errAborted where the person threw the line away.
type Lines interface {
	Read(prompt string) (string, error)
	// Remember adds a statement to the history.
	Remember(statement string)
	Close() error
}

var errAborted = errors.New("the line was thrown away")

// plain reads lines of anything; it shows no prompt.
type plain struct{ *bufio.Reader }

// Plain returns lines of a file or a pipe.
func Plain(r io.Reader) Lines { return plain{bufio.NewReader(r)} }

func (p plain) Read(string) (string, error) {
	line, err := p.ReadString('\n')
	if err == io.EOF && line != "" {
		err = nil
	}
	return line, err
}

func (plain) Remember(string) {}
func (plain) Close() error    { return nil }

// terminal edits lines on the process's terminal.
type terminal struct {
	*liner.State
	history string
}

// Terminal edits lines on the process's terminal. The history is kept in a file;
// complete says what may stand in place of what precedes the cursor.
func Terminal(history string, complete func(line string, pos int) (head string, words []string, tail string)) Lines {
	s := liner.NewLiner()
	s.SetCtrlCAborts(true)
	s.SetMultiLineMode(true)
	s.SetTabCompletionStyle(liner.TabPrints)
	s.SetWordCompleter(complete)
	if f, err := os.Open(history); err == nil {
		_, _ = s.ReadHistory(f) // a history that cannot be read is an empty one
		_ = f.Close()
	}
	return &terminal{s, history}
}

func (t *terminal) Read(prompt string) (string, error) {
	line, err := t.Prompt(prompt)
	if errors.Is(err, liner.ErrPromptAborted) {
		return "", errAborted
	}
	return line, err
}

func (t *terminal) Remember(statement string) { t.AppendHistory(statement) }

// Close writes the history and gives the terminal back.
func (t *terminal) Close() error {
	return errors.Join(t.save(), t.State.Close())
}

// save replaces the history at once, so that two sessions never mix their lines
// within one.
func (t *terminal) save() error {
	dir := filepath.Dir(t.history)
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	f, err := os.CreateTemp(dir, ".history-")
	if err != nil {
		return err
	}
	_, err = t.WriteHistory(f)
	err = errors.Join(err, f.Close())
	if err == nil {
		err = os.Rename(f.Name(), t.history)
	}
	if err != nil {
		if gone := os.Remove(f.Name()); gone != nil && !errors.Is(gone, fs.ErrNotExist) {
			err = errors.Join(err, gone)
		}
	}
	return err
}
