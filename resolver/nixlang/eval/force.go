package eval

// force evaluates a cell and returns its value.
func (ev *Evaluator) force(c *Value) Value {
	if v := *c; v.kind() >= kNull {
		return v
	}
	return ev.forceCell(c)
}

func (ev *Evaluator) forceCell(c *Value) Value {
	was := *c
	switch was.kind() {
	case kBlackhole:
		ev.recursion(c)
	case kFailed:
		ev.failAgain(was.failure())
	}
	*c = Value{uint64(kBlackhole), nil}
	ev.frames = append(ev.frames, frame{cell: c, was: was})
	if ev.depth++; ev.depth > ev.opts.MaxCallDepth {
		ev.overflow(0)
	}
	var v Value
	switch was.kind() {
	case kThunk:
		v = ev.code.at(was.payload()).Eval(ev, was.env())
	case kApp:
		a := was.app()
		v = ev.call(ev.force(a.f), a.pos, a.a)
		if a.b != nil {
			v = ev.call(v, a.pos, a.b)
		}
	case kSelect:
		s := was.selection()
		v = ev.selectFrom(ev.force(s.from), s.sym, s.pos)
	}
	ev.depth--
	ev.frames = ev.frames[:len(ev.frames)-1]
	*c = v
	return v
}

// selectFrom selects an attribute that must be there.
func (ev *Evaluator) selectFrom(v Value, sym Sym, pos Pos) Value {
	if v.kind() != kAttrs {
		ev.typeError(pos, "a set", v)
	}
	a := find(v.attrs(), sym)
	if a == nil {
		ev.missing(v, sym, pos)
	}
	return ev.force(a.val)
}

// deepForce evaluates all that a value holds.
func (ev *Evaluator) deepForce(c *Value, seen map[Value]bool) {
	v := ev.force(c)
	if k := v.kind(); k != kList && k != kAttrs || seen[v] {
		return
	}
	ev.enter(0)
	defer ev.leave()
	switch v.kind() {
	case kList:
		seen[v] = true
		for _, e := range v.list() {
			ev.deepForce(e, seen)
		}
	case kAttrs:
		seen[v] = true
		for _, a := range ev.sortedByName(v.attrs()) {
			ev.deepForce(a.val, seen)
		}
	}
}
