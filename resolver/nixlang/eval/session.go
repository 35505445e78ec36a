package eval

import (
	"context"
	"slices"
)

// Scope is what a person has defined so far: variables around expressions that
// are evaluated one after the other. The newest definition of a name counts for
// what is compiled afterwards; what was compiled before keeps the older one.
type Scope struct {
	ev    *Evaluator
	index map[Sym]int
	names []Sym
	cells []*Value
}

// NewScope returns a scope without variables.
func (ev *Evaluator) NewScope() *Scope { return &Scope{ev: ev, index: map[Sym]int{}} }

// Define gives a name a value.
func (s *Scope) Define(name string, v *Value) { s.define(s.ev.intern(name), v) }

func (s *Scope) define(sym Sym, v *Value) {
	if i, known := s.index[sym]; known {
		s.cells[i] = v
		return
	}
	s.index[sym] = len(s.names)
	s.names = append(s.names, sym)
	s.cells = append(s.cells, v)
}

// DefineAll defines all attributes of a value that must be a set, and returns
// how many they are.
func (s *Scope) DefineAll(v *Value) (n int, err error) {
	err = s.ev.run(func() {
		attrs := s.ev.forceAttrs(v, 0)
		for _, a := range attrs {
			s.define(a.sym, a.val)
		}
		n = len(attrs)
	})
	return n, err
}

// Lookup returns a variable's value, or nil.
func (s *Scope) Lookup(name string) *Value {
	if i, known := s.index[s.ev.intern(name)]; known {
		return s.cells[i]
	}
	return s.ev.globals[s.ev.intern(name)]
}

// Defined lists the names that were defined, sorted.
func (s *Scope) Defined() []string {
	names := make([]string, len(s.names))
	for i, sym := range s.names {
		names[i] = s.ev.name(sym)
	}
	slices.Sort(names)
	return names
}

// Globals lists the variables that are always there, sorted.
func (ev *Evaluator) Globals() []string {
	var names []string
	for sym := range ev.globals {
		names = append(names, ev.name(sym))
	}
	slices.Sort(names)
	return names
}

// Expr compiles an expression that sees the variables; see Evaluator.Expr.
func (s *Scope) Expr(name, text, dir string) (v *Value, err error) {
	err = s.ev.run(func() {
		names := append(make([]Sym, 0, len(s.names)), s.names...)
		env := s.ev.newEnv(nil, len(names))
		for i, c := range s.cells {
			*env.slot(i) = c
		}
		v = s.ev.parse(name, text, dir, false, names).Thunk(s.ev, env)
	})
	return v, err
}

// Forget lets files be read anew by the next import.
func (ev *Evaluator) Forget() { clear(ev.byPath) }

// Resume makes an Evaluator that was interrupted usable again.
func (ev *Evaluator) Resume() {
	if ev.stopped.Swap(false) {
		ev.life, ev.end = context.WithCancel(context.Background())
	}
}
