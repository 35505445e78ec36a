package eval

// frame is one thing in progress: a cell being evaluated, with what it held
// before, or a call, with its function.
type frame struct {
	cell *Value
	was  Value
	pos  Pos
}

// enter counts one level of nesting.
func (ev *Evaluator) enter(pos Pos) {
	if ev.depth++; ev.depth > ev.opts.MaxCallDepth {
		ev.overflow(pos)
	}
}

func (ev *Evaluator) leave() { ev.depth-- }

func (ev *Evaluator) overflow(pos Pos) {
	ev.throw(&Error{Kind: StackOverflow, Msg: "stack overflow; max-call-depth exceeded", pos: pos})
}

// unwind gives all cells above a height back what they held.
func (ev *Evaluator) unwind(height int) {
	for i := len(ev.frames) - 1; i >= height; i-- {
		if f := &ev.frames[i]; f.cell != nil {
			*f.cell = f.was
		}
	}
	ev.frames = ev.frames[:height]
}

// backtrace lists the positions of what is in progress, the newest first.
func (ev *Evaluator) backtrace() []Pos {
	const most = 200
	var trace []Pos
	for i := len(ev.frames) - 1; i >= 0 && len(trace) < most; i-- {
		f := &ev.frames[i]
		pos := f.pos
		if f.cell != nil && f.was.kind() == kThunk {
			pos = posOf(ev.code.at(f.was.payload()))
		}
		if pos != 0 {
			trace = append(trace, pos)
		}
	}
	return trace
}
