package env

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"time"
)

// A State is what is known about one project: the outcome of its newest build
// and what that looked at.
type State struct {
	Dir        string
	Generation uint64
	// Key names the environment that shells get: of this build if Status is
	// OK, of the last good one if it is Failed or Untrusted; may be empty.
	Key     string
	Label   string
	Status  Status
	Message string   // one line for people
	Why     []Reason // what made this build necessary; empty for the first
	Root    bool     // outer projects do not count below this one
	Tools   []Tool
	Lock    string // the lock that pins the tools; may be empty
	Inputs  Inputs
	Built   time.Time // when this build was published
}

// A Tool is one tool with the version that the environment has.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// A StateError is a state that cannot be used. Whoever gets it goes on as if
// there were none: the next build writes a new one. It is fs.ErrNotExist if
// there is no file.
type StateError struct {
	Path, Reason string
	Err          error
}

func (e *StateError) Error() string { return e.Path + " is not used: " + e.Reason }

func (e *StateError) Unwrap() error { return e.Err }

// ReadState reads the state of a project. Every error is a *[StateError].
func (r Root) ReadState() (State, error) {
	data, err := os.ReadFile(r.StateFile())
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return State{}, r.noState("there is none yet", err)
	case err != nil:
		return State{}, r.noState("it cannot be read", err)
	}
	var f stateFile
	if err := json.Unmarshal(data, &f); err != nil {
		return State{}, r.noState("it is damaged", err)
	}
	if reason := f.foreign(r.Dir); reason != "" {
		return State{}, r.noState(reason, nil)
	}
	return f.state(), nil
}

func (r Root) noState(reason string, err error) error {
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		var inner *fs.PathError
		if errors.As(err, &inner) {
			err = inner.Err
		}
		reason = fmt.Sprintf("%s (%v)", reason, err)
	}
	return &StateError{r.StateFile(), reason, err}
}

// foreign says why the state is not one for this program and directory.
func (f *stateFile) foreign(dir string) string {
	switch {
	case f.Format != stateFormat:
		return fmt.Sprintf("it has format %d, this devenv reads format %d", f.Format, stateFormat)
	case fromText(f.Dir) != dir:
		return fmt.Sprintf("it belongs to %s", oneLine(fromText(f.Dir)))
	case f.Key != "" && !isKey(f.Key), f.Generation == 0, !f.Status.known():
		return "it is damaged"
	}
	return ""
}

func (s Status) known() bool {
	switch s {
	case OK, Failed, Untrusted, Denied, Nothing:
		return true
	}
	return false
}
