package eval

// What a flake.nix says of itself must be written down and not computed: these
// functions look at values without evaluating more than that.

// ForceLiteral evaluates a value that is written down: a number, a string or a
// path without interpolation, a list, a function, a set whose names are not
// computed. It is false, and nothing is evaluated, for what has to be computed.
func (ev *Evaluator) ForceLiteral(v *Value) (ok bool, err error) {
	err = ev.run(func() {
		if ok = ev.literal(*v); ok {
			ev.force(v)
		}
	})
	return ok, err
}

func (ev *Evaluator) literal(v Value) bool {
	if v.kind() >= kNull {
		return true
	}
	switch n := ev.thunkNode(v).(type) {
	case *setNode:
		return n.dynamic == nil
	case *recNode:
		return n.dynamic == nil
	case *listNode, *lambdaNode:
		return true
	}
	return false
}

// WrittenSet reports whether a value is { … } in the source, whose names may be
// computed.
func (ev *Evaluator) WrittenSet(v *Value) bool {
	switch ev.thunkNode(*v).(type) {
	case *setNode, *recNode:
		return true
	}
	return v.kind() == kAttrs
}

// thunkNode is the code that a thunk will run; nil for what is no thunk.
func (ev *Evaluator) thunkNode(v Value) Node {
	if v.kind() != kThunk {
		return nil
	}
	n := ev.code.at(v.payload())
	if d, ok := n.(*deep); ok {
		return d.node
	}
	return n
}

// Update returns what a // b is.
func (ev *Evaluator) Update(a, b *Value) (out *Value, err error) {
	err = ev.run(func() { out = ev.cell(ev.update(mkAttrs(ev.forceAttrs(a, 0)), mkAttrs(ev.forceAttrs(b, 0)))) })
	return out, err
}

// TreeAttrs makes the set that says what was fetched, as builtins.fetchTree
// returns it.
func (ev *Evaluator) TreeAttrs(t Tree) (out *Value, err error) {
	err = ev.run(func() { out = ev.cell(ev.treeAttrs(t, 0, false)) })
	return out, err
}

// SourcePlace says where a set, a list or a function that is not evaluated yet
// was written; no place for other values.
func (ev *Evaluator) SourcePlace(v *Value) Place {
	if n := ev.thunkNode(*v); n != nil {
		return ev.Place(posOf(n))
	}
	return Place{}
}

// ArgumentName is what a function calls its argument; "" for builtins, for those
// that take a set apart and do not name it, and for other values.
func (ev *Evaluator) ArgumentName(v *Value) (name string, err error) {
	err = ev.run(func() {
		if f := ev.force(v); f.kind() == kLambda {
			name = ev.name(ev.lambda(f).arg)
		}
	})
	return name, err
}
