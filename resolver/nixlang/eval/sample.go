package eval

// Call is one function call in progress: which function, and where it was
// called. Both are numbers that an Evaluator explains.
type Call struct {
	Function int
	At       Pos
}

// calls lists what is being called, the newest first, as far as a sample goes.
func (ev *Evaluator) calls() []Call {
	const most = 2000
	var calls []Call
	for i := len(ev.frames) - 1; i >= 0 && len(calls) < most; i-- {
		if f := &ev.frames[i]; f.cell == nil && f.was.kind() == kLambda {
			calls = append(calls, Call{f.was.payload(), f.pos})
		}
	}
	return calls
}

// Function returns the name of a sampled function, which may be empty, and where
// it is defined.
func (ev *Evaluator) Function(number int) (name string, at Place) {
	l := ev.lambda(mkLambda(nil, number))
	return ev.name(l.name), ev.Place(l.pos)
}
