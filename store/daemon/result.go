package daemon

import (
	"fmt"
	"strings"
	"time"
)

// Status is how a build went.
type Status uint8

// The statuses, by their numbers in the protocol.
const (
	Built Status = iota
	Substituted
	AlreadyValid
	PermanentFailure
	InputRejected
	OutputRejected
	TransientFailure // trying again may help
	CachedFailure
	TimedOut
	MiscFailure
	DependencyFailed
	LogLimitExceeded
	NotDeterministic
	ResolvesToAlreadyValid
	NoSubstituters
)

// statusNames are what the statuses mean, in words that follow a subject.
var statusNames = [...]string{"was built", "was substituted", "was valid", "failed", "was refused for its inputs", "was refused for its outputs",
	"failed for now", "failed before", "took too long", "failed", "failed, for one of its inputs did", "printed too much", "is not deterministic",
	"was valid", "cannot be substituted"}

// String returns s in words that follow a subject.
func (s Status) String() string {
	if int(s) < len(statusNames) {
		return statusNames[s]
	}
	return fmt.Sprintf("ended with status %d", s)
}

// OK reports whether the outputs are valid.
func (s Status) OK() bool {
	return s == Built || s == Substituted || s == AlreadyValid || s == ResolvesToAlreadyValid
}

// Result is what became of a target.
type Result struct {
	Target           Target
	Status           Status
	Message          string // the daemon's, plain, if it failed
	TimesBuilt       int64
	NonDeterministic bool          // rounds of the build differed
	Start, Stop      time.Time     // of the build; zero if it is not known
	User, System     time.Duration // CPU time of the build; 0 if it is not known

	// Outputs are the outputs that were asked for, by name, if there are
	// derivations behind the target.
	Outputs map[string]Realisation
}

// Err returns nil, or a *BuildError if the target was not reached.
func (r Result) Err() error {
	if r.Status.OK() {
		return nil
	}
	return &BuildError{r}
}

// BuildError says that a build failed.
type BuildError struct{ Result Result }

// Error returns the daemon's message, or what the status means.
func (e *BuildError) Error() string {
	if e.Result.Message != "" {
		return e.Result.Message
	}
	return fmt.Sprintf("%s %s", e.Result.Target, e.Result.Status)
}

// result reads what follows the target in the result of a build.
func (d *decoder) result(t Target) Result {
	r := Result{Target: t}
	r.Status = Status(d.Int(255))
	r.Message = plain(d.Text())
	r.TimesBuilt = d.Size()
	r.NonDeterministic = d.Bool()
	r.Start = d.time()
	r.Stop = d.time()
	if d.proto.minor >= 37 {
		r.User = d.duration()
		r.System = d.duration()
	}
	r.Outputs = d.outputs(t)
	return r
}

// duration reads microseconds that may be unknown.
func (d *decoder) duration() time.Duration {
	if !d.Bool() {
		return 0
	}
	return time.Duration(d.Int(int64(365*24*time.Hour/time.Microsecond))) * time.Microsecond
}

// outputs reads the outputs of a build.
func (d *decoder) outputs(t Target) map[string]Realisation {
	outputs := map[string]Realisation{}
	for range d.Count(16) {
		id := DrvOutput{Drv: t.Path}
		var r Realisation
		if d.proto.realisationPath {
			id.Output = d.Text()
			r = d.unkeyed(id)
		} else {
			if text := d.Text(); d.Err() == nil {
				_, id.Output, _ = strings.Cut(text, "!")
			}
			r = d.realisationJSON()
			r.ID.Drv = t.Path
		}
		if d.Err() != nil {
			return nil
		}
		outputs[id.Output] = r
	}
	return outputs
}
