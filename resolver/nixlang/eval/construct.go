package eval

import "errors"

// Null makes a null.
func (ev *Evaluator) Null() *Value { return ev.cell(null) }

// Bool makes a Boolean.
func (ev *Evaluator) Bool(b bool) *Value { return ev.cell(mkBool(b)) }

// Int makes an integer.
func (ev *Evaluator) Int(i int64) *Value { return ev.cell(mkInt(i)) }

// Float makes a float.
func (ev *Evaluator) Float(f float64) *Value { return ev.cell(mkFloat(f)) }

// String makes a string.
func (ev *Evaluator) String(s string) *Value { return ev.cell(mkString(s)) }

// StringContext makes a string that depends on store paths.
func (ev *Evaluator) StringContext(s string, elems ...ContextElem) *Value {
	var ctx Context
	for _, e := range elems {
		ctx.add(ev.contextOf(e))
	}
	return ev.cell(mkContextString(s, ctx))
}

// StorePath makes a string that is a store path and depends on it.
func (ev *Evaluator) StorePath(p string) *Value {
	return ev.StringContext(p, ContextElem{Kind: OpaquePath, Path: p})
}

// Path makes a path; p is absolute and clean.
func (ev *Evaluator) Path(p string) *Value { return ev.cell(mkPath(p)) }

// List makes a list.
func (ev *Evaluator) List(elems ...*Value) *Value {
	out := ev.cells(len(elems))
	copy(out, elems)
	return ev.cell(mkList(out))
}

// Attrs makes a set.
func (ev *Evaluator) Attrs(attrs map[string]*Value) *Value {
	b := ev.buildAttrs(len(attrs))
	for name, c := range attrs {
		b.addCell(ev.intern(name), c)
	}
	return ev.cell(b.value())
}

// Lazy makes a value that f returns when it is first needed. F may use the
// Evaluator; an error of the evaluation that it returns stays that error.
func (ev *Evaluator) Lazy(f func() (*Value, error)) *Value {
	return ev.cell(mkApp(&application{f: ev.Func("lazy", func(*Value) (*Value, error) { return f() }), a: ev.cell(null)}))
}

// Func makes a function of one argument.
func (ev *Evaluator) Func(name string, f func(arg *Value) (*Value, error)) *Value {
	return ev.cell(mkPrimop(&primop{name: name, arity: 1, one: func(ev *Evaluator, pos Pos, arg *Value) Value {
		v, err := f(arg)
		if err != nil {
			ev.rethrow(pos, err)
		}
		return ev.force(v)
	}}))
}

// rethrow throws what a Go function returned.
func (ev *Evaluator) rethrow(pos Pos, err error) {
	var e *Error
	if errors.As(err, &e) {
		panic(e)
	}
	ev.hostError(pos, err)
}
