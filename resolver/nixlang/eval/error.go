package eval

import (
	"fmt"
	"strings"
)

// ErrorKind tells errors apart where it matters.
type ErrorKind uint8

// The kinds of errors. Only the first two can be caught by tryEval.
const (
	Thrown ErrorKind = iota
	AssertFailed
	Failed
	Aborted
	StackOverflow
	InfiniteRecursion
	Interrupted
	OutOfMemory
)

// Error is an evaluation that went wrong. Pos is where; Trace leads from there
// outwards, the nearest call first.
type Error struct {
	Kind     ErrorKind
	Msg      string
	Pos      Place
	Hints    []string
	Trace    []Place
	Contexts []string

	pos      Pos
	trace    []Pos
	resolved bool
	height   int
	depth    int
}

// Error returns the message with its position, if it has one.
func (e *Error) Error() string {
	if e.Pos.File == "" {
		return e.Msg
	}
	return e.Pos.String() + ": " + e.Msg
}

// Hint returns the next step, if there is one to offer.
func (e *Error) Hint() string { return strings.Join(e.Hints, "\n") }

func (ev *Evaluator) throw(e *Error) {
	e.trace = ev.backtrace()
	panic(e)
}

// fail throws an error that tryEval does not catch.
func (ev *Evaluator) fail(pos Pos, format string, args ...any) {
	ev.throw(&Error{Kind: Failed, Msg: fmt.Sprintf(format, args...), pos: pos})
}

// Catch calls f and returns the error that it ended with; all that was being
// evaluated is as it was before.
func (ev *Evaluator) catch(f func()) (err *Error) {
	height, depth := len(ev.frames), ev.depth
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			ev.unwind(height)
			ev.depth = depth
			err = e
		}
	}()
	f()
	return nil
}

// Run calls f and returns its error with positions made readable.
func (ev *Evaluator) run(f func()) error {
	if e := ev.catch(f); e != nil {
		ev.resolve(e)
		return e
	}
	return nil
}

func (ev *Evaluator) resolve(e *Error) {
	if e.resolved {
		return
	}
	e.resolved = true
	e.Pos = ev.Place(e.pos)
	for _, pos := range e.trace {
		if p := ev.Place(pos); p.File != "" && (len(e.Trace) == 0 || e.Trace[len(e.Trace)-1] != p) && p != e.Pos {
			e.Trace = append(e.Trace, p)
		}
	}
	if e.Pos.File == "" && len(e.Trace) > 0 {
		e.Pos, e.Trace = e.Trace[0], e.Trace[1:]
	}
}
