package build

import (
	"fmt"
	"strings"
	"time"

	"devenv/store/storepath"
)

// Status is how the build of a derivation ended. The values are those of Nix's
// protocol.
type Status int

// See "BuildResult" in the Nix manual.
const (
	Built Status = iota
	Substituted
	AlreadyValid
	PermanentFailure
	InputRejected
	OutputRejected
	TransientFailure
	CachedFailure
	TimedOut
	MiscFailure
	DependencyFailed
	LogLimitExceeded
	NotDeterministic
	ResolvesToAlreadyValid
	NoSubstituters
	HashMismatch
)

// String returns the name of s as Nix has it.
func (s Status) String() string {
	return [...]string{
		"Built", "Substituted", "AlreadyValid", "PermanentFailure", "InputRejected", "OutputRejected", "TransientFailure",
		"CachedFailure", "TimedOut", "MiscFailure", "DependencyFailed", "LogLimitExceeded", "NotDeterministic",
		"ResolvesToAlreadyValid", "NoSubstituters", "HashMismatch",
	}[s]
}

// Result is how the build of one derivation ended.
type Result struct {
	Drv         storepath.Path
	Status      Status
	Outputs     map[string]storepath.Path // that are valid now, by name
	Err         error                     // an *Error, or what ended the context
	Log         string                    // the file with the log; "" if there is none
	Start, Stop time.Time                 // of the build itself; zero if there was none

	complete   bool          // all outputs were asked for, not only some
	registered chan struct{} // closed when the outputs are valid, or cannot be; nil if they were
}

// Error says why a derivation was not built.
type Error struct {
	Status Status
	Drv    storepath.Path
	Msg    string
	Tail   []string // the last lines of the log
	Log    string   // its file
	Kept   string   // the directory of the build, with KeepFailed
	Next   string   // what to do
	Err    error    // what is behind it, or nil
}

// Error says what failed, with the last lines of the log.
func (e *Error) Error() string {
	var b strings.Builder
	fmt.Fprintf(&b, "building %s: %s", e.Drv.Base(), e.Msg)
	if e.Err != nil {
		fmt.Fprintf(&b, ": %v", e.Err)
	}
	if len(e.Tail) > 0 {
		fmt.Fprintf(&b, "\nthe last %d lines of its log:", len(e.Tail))
		for _, line := range e.Tail {
			b.WriteString("\n> " + line)
		}
	}
	if e.Kept != "" {
		b.WriteString("\nits directory is kept: " + e.Kept)
	}
	return b.String()
}

// Unwrap returns what is behind the failure.
func (e *Error) Unwrap() error { return e.Err }

// Hint returns what to do next.
func (e *Error) Hint() string {
	if e.Next != "" || e.Log == "" {
		return e.Next
	}
	return "The whole log: devenv log " + e.Drv.Base() + " (" + e.Log + ")"
}
