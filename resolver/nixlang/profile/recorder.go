package profile

import (
	"encoding/binary"
	"slices"
	"time"

	"devenv/resolver/nixlang/eval"
)

// Recorder collects samples of one Evaluator.
type Recorder struct {
	now    func() time.Time
	start  time.Time
	last   time.Time
	stacks map[string]*stack // by their calls as bytes
	order  []*stack
}

// stack is one pile of calls, the newest first, and what was spent in it.
type stack struct {
	calls []eval.Call
	count int64
	spent time.Duration
}

// NewRecorder begins to measure by a clock.
func NewRecorder(now func() time.Time) *Recorder {
	t := now()
	return &Recorder{now: now, start: t, last: t, stacks: map[string]*stack{}}
}

// Sample is for eval.Options.Sampled.
func (r *Recorder) Sample(calls []eval.Call) {
	t := r.now()
	key := make([]byte, 0, 8*len(calls))
	for _, c := range calls {
		key = binary.AppendUvarint(key, uint64(c.Function))
		key = binary.AppendUvarint(key, uint64(c.At))
	}
	s := r.stacks[string(key)]
	if s == nil {
		s = &stack{calls: slices.Clone(calls)}
		r.stacks[string(key)] = s
		r.order = append(r.order, s)
	}
	s.count++
	s.spent += t.Sub(r.last)
	r.last = t
}

// Source explains samples: an Evaluator.
type Source interface {
	Function(number int) (name string, at eval.Place)
	Place(pos eval.Pos) eval.Place
}

var _ Source = (*eval.Evaluator)(nil)

// shown is a function's name for people: lambdas without one are called by
// where they are.
func shown(name string, at eval.Place) string {
	if name == "" {
		name = "lambda"
	}
	if at.File == "" {
		return name
	}
	return name + " " + at.String()
}
