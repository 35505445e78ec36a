package eval

import (
	"fmt"
	"slices"
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
// outwards, the nearest step first. Cycle is only for an InfiniteRecursion:
// what a value needs, step by step, until it needs itself; Pos is where it is
// defined.
type Error struct {
	Kind  ErrorKind
	Msg   string
	Pos   Place
	Hints []string
	Trace []Frame
	Cycle []Frame

	pos      Pos
	steps    []step
	cycle    []step
	resolved bool
}

// Frame is one step on the way to an error: a place, and what was going on
// there if Text says so. Note tells that the program itself says it, with
// builtins.addErrorContext; such a frame has no place. Part tells that the
// message speaks of that place.
type Frame struct {
	Place
	Text       string
	Note, Part bool
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

// Brief returns what a person needs to see of an error first: the nearest frame
// in a file of their own, the nearest one in any other if that is nearer, what
// is part of the message, and the program's own notes. Own says which files are
// theirs.
func (e *Error) Brief(own func(file string) bool) []Frame {
	var mine, others, rest []Frame
	for _, f := range append([]Frame{{Place: e.Pos}}, e.Trace...) {
		switch {
		case f.Note || f.Part:
			rest = append(rest, f)
		case f.File == "" || f.File == internalFile || len(mine) > 0:
		case own(f.File):
			mine = append(mine, f)
		case len(others) == 0:
			others = append(others, f)
		}
	}
	return slices.Concat(mine, others, rest)
}

func (ev *Evaluator) throw(e *Error) {
	e.steps = ev.backtrace()
	panic(e)
}

// fail throws an error that tryEval does not catch.
func (ev *Evaluator) fail(pos Pos, format string, args ...any) {
	ev.throw(&Error{Kind: Failed, Msg: fmt.Sprintf(format, args...), pos: pos})
}

// Catch calls f and returns the error that it ended with; nothing is in progress
// any more that was begun in it.
func (ev *Evaluator) catch(f func()) (err *Error) {
	height, depth := len(ev.frames), ev.depth
	defer func() {
		if r := recover(); r != nil {
			e, ok := r.(*Error)
			if !ok {
				panic(r)
			}
			ev.unwind(height, e)
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

// resolve makes the positions of an error readable, and drops what would be
// said twice.
func (ev *Evaluator) resolve(e *Error) {
	if e.resolved {
		return
	}
	e.resolved = true
	e.Pos = ev.Place(e.pos)
	e.Trace = ev.framesOf(sortedSteps(e.steps), e.Pos)
	if e.Pos.File == "" && len(e.Trace) > 0 && !e.Trace[0].Note {
		e.Pos, e.Trace = e.Trace[0].Place, e.Trace[1:]
	}
	e.Cycle = ev.framesOf(e.cycle, e.Pos)
}

// framesOf makes steps readable. What has nothing to say but the place before
// it is left out.
func (ev *Evaluator) framesOf(steps []step, before Place) (frames []Frame) {
	for _, s := range steps {
		f := Frame{ev.Place(s.pos), s.text, s.note, s.part}
		n := len(frames)
		switch {
		case f.File == "" && !f.Note:
		case f.Place == before && f.Text == "":
		case n > 0 && f.Place == before && frames[n-1].Text == "":
			frames[n-1].Text = f.Text
		default:
			frames = append(frames, f)
		}
		if f.File != "" {
			before = f.Place
		}
	}
	return frames
}
