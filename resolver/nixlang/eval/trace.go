package eval

import (
	"cmp"
	"slices"
)

// step is one step on the way to an error. At orders steps: the higher, the
// nearer to the error.
type step struct {
	pos  Pos
	at   int
	text string
	note bool
	part bool
}

// Of a stack that is too deep to be shown, this many of the nearest and of the
// outermost steps are.
const (
	nearSteps = 150
	farSteps  = 50
)

// backtrace lists what is in progress, the nearest first.
func (ev *Evaluator) backtrace() []step {
	n := len(ev.frames)
	steps := make([]step, 0, min(n, nearSteps+farSteps))
	for i := n - 1; i >= 0; i-- {
		if len(steps) == nearSteps && i > farSteps {
			i = farSteps - 1
		}
		if s := ev.stepOf(i); s.pos != 0 {
			steps = append(steps, s)
		}
	}
	return steps
}

// stepOf says what a frame stands for. Of one without a cell, was is the
// function that is called, or, for a derivation, its name as a path, and for one
// of its attributes the name as a string.
func (ev *Evaluator) stepOf(i int) step {
	f := &ev.frames[i]
	s := step{pos: f.pos, at: 2*i + 1}
	if f.cell != nil {
		switch f.was.kind() {
		case kThunk:
			s.pos = posOf(ev.code.at(f.was.payload()))
		case kApp:
			s.pos = f.was.app().pos
		case kSelect:
			s.pos = f.was.selection().pos
		}
		return s
	}
	switch f.was.kind() {
	case kLambda:
		if l := ev.lambda(f.was); l.name != 0 {
			s.text = "while calling '" + ev.name(l.name) + "'"
		}
	case kPath:
		s.text = "while evaluating derivation '" + f.was.str() + "'"
	case kString:
		s.text = "while evaluating attribute '" + f.was.str() + "' of that derivation"
	}
	return s
}

// note adds a step to an error that has come out of everything that was begun
// since now.
func (ev *Evaluator) note(e *Error, pos Pos, own bool, text string) {
	e.steps = append(e.steps[:len(e.steps):len(e.steps)], step{pos: pos, at: 2 * len(ev.frames), text: text, note: own})
}

func sortedSteps(steps []step) []step {
	steps = slices.Clone(steps)
	slices.SortStableFunc(steps, func(a, b step) int { return cmp.Compare(b.at, a.at) })
	return steps
}

// failure is why the evaluation of a cell went wrong; it goes wrong again in the
// same way. Height is where on the stack that was.
type failure struct {
	err    *Error
	height int
}

// unwind ends all evaluations above a height. Their cells keep the failure,
// unless another attempt may end otherwise.
func (ev *Evaluator) unwind(height int, e *Error) {
	var kept *Error
	if e.Kind != Interrupted && e.Kind != OutOfMemory && e.Kind != StackOverflow {
		kept = e.copy()
	}
	for i := len(ev.frames) - 1; i >= height; i-- {
		f := &ev.frames[i]
		switch {
		case f.cell == nil:
		case kept == nil:
			*f.cell = f.was
		default:
			*f.cell = mkFailed(&failure{kept, i})
		}
		*f = frame{}
	}
	ev.frames = ev.frames[:height]
}

// copy returns an error that can be added to.
func (e *Error) copy() *Error {
	c := *e
	c.resolved, c.Trace, c.Cycle = false, nil, nil
	c.steps = slices.Clip(c.steps)
	return &c
}

// failAgain throws the error of a cell whose evaluation went wrong before: its
// own steps, and then those that lead to it now.
func (ev *Evaluator) failAgain(f *failure) {
	e := f.err.copy()
	now := len(ev.frames)
	var steps []step
	for _, s := range e.steps {
		if s.at > 2*f.height {
			s.at += 2 * (now - f.height)
			steps = append(steps, s)
		}
	}
	e.steps = append(steps, ev.backtrace()...)
	panic(e)
}

// recursion throws the error for a cell that needs itself.
func (ev *Evaluator) recursion(c *Value) {
	e := &Error{Kind: InfiniteRecursion, Msg: "infinite recursion encountered"}
	for i := range ev.frames {
		if ev.frames[i].cell == c {
			e.pos = ev.stepOf(i).pos
			for j := i + 1; j < len(ev.frames) && len(e.cycle) < maxCycle; j++ {
				if s := ev.stepOf(j); s.pos != 0 {
					e.cycle = append(e.cycle, s)
				}
			}
		}
	}
	ev.throw(e)
}

// badCall throws an error of the call in progress; function is where that is
// defined.
func (ev *Evaluator) badCall(e *Error, function Pos) {
	n := len(ev.frames)
	if e.pos = ev.frames[n-1].pos; e.pos == 0 {
		e.pos = function
	}
	e.steps = append(ev.backtrace(), step{pos: function, at: 2*n + 1, text: "of the function that is defined here", part: true})
	panic(e)
}

// maxCycle is how many steps of an infinite recursion are shown.
const maxCycle = 20
