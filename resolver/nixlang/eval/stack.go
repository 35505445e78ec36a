package eval

// frame is one thing in progress: a cell being evaluated, with what it held
// before, or what stepOf says of one without a cell.
type frame struct {
	cell *Value
	was  Value
	pos  Pos
}

// enter counts one level of nesting.
func (ev *Evaluator) enter(pos Pos) {
	if ev.depth++; ev.depth > ev.opts.MaxCallDepth || ev.stopped.Load() {
		ev.checkInterrupt()
		ev.overflow(pos)
	}
}

func (ev *Evaluator) leave() { ev.depth-- }

func (ev *Evaluator) overflow(pos Pos) {
	ev.throw(&Error{Kind: StackOverflow, Msg: "stack overflow; max-call-depth exceeded", pos: pos})
}
