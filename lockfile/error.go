package lockfile

import (
	"bytes"
	"fmt"
	"path/filepath"
)

// A Position is a place in a lock file. Lines and columns count from 1,
// columns in characters. The zero Position is no place in particular.
type Position struct{ Line, Column int }

// An Error says what is wrong with a lock file, and where.
type Error struct {
	File     string // as given to Parse
	Position        // zero where the whole file is meant
	Problem  string
	hint     string
}

func (e *Error) Error() string {
	switch {
	case e.File == "":
		return e.Problem
	case e.Line == 0:
		return fmt.Sprintf("%s: %s", e.File, e.Problem)
	}
	return fmt.Sprintf("%s:%d:%d: %s", e.File, e.Line, e.Column, e.Problem)
}

// Hint returns what to do about it.
func (e *Error) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	base := filepath.Base(e.File)
	return fmt.Sprintf("take the last good one back (git checkout -- %s), or delete it and run %s", base, relock(base))
}

// relock is the command that writes a lock file of that name anew.
func relock(base string) string {
	if base == "flake.lock" {
		return "devenv flake lock"
	}
	return "devenv lock"
}

var conflictMarkers = []string{"<<<<<<<", "=======", "|||||||", ">>>>>>>"}

// conflict returns an error that points at the first line which a merge left
// in data, or nil. JSON has no strings over several lines, so a line that
// begins with a marker is never part of a lock.
func conflict(data []byte, file string) *Error {
	line := 0
	for text := range bytes.Lines(data) {
		line++
		for _, marker := range conflictMarkers {
			if !bytes.HasPrefix(text, []byte(marker)) {
				continue
			}
			base := filepath.Base(file)
			return &Error{
				File: file, Position: Position{line, 1},
				Problem: fmt.Sprintf("a merge conflict is not resolved (%s)", marker),
				hint: fmt.Sprintf("take one side and let it be completed: git checkout --theirs -- %s && %s",
					base, relock(base)),
			}
		}
	}
	return nil
}
