package eval

import (
	"cmp"
	"slices"
)

// Type evaluates a value and returns what builtins.typeOf says of it: "null",
// "bool", "int", "float", "string", "path", "list", "set" or "lambda".
func (ev *Evaluator) Type(v *Value) (word string, err error) {
	err = ev.run(func() { word = typeWords[ev.force(v).kind()] })
	return word, err
}

// ToBool evaluates a value that must be a Boolean.
func (ev *Evaluator) ToBool(v *Value) (b bool, err error) {
	err = ev.run(func() { b = ev.forceBool(v, 0) })
	return b, err
}

// ToInt evaluates a value that must be an integer.
func (ev *Evaluator) ToInt(v *Value) (i int64, err error) {
	err = ev.run(func() { i = ev.forceInt(v, 0) })
	return i, err
}

// ToFloat evaluates a value that must be a number.
func (ev *Evaluator) ToFloat(v *Value) (f float64, err error) {
	err = ev.run(func() { f = ev.forceFloat(v, 0) })
	return f, err
}

// ToString evaluates a value that must be a string, and returns what it depends
// on, in a fixed order.
func (ev *Evaluator) ToString(v *Value) (s string, elems []ContextElem, err error) {
	err = ev.run(func() {
		var ctx Context
		s = ev.forceString(v, 0, &ctx)
		elems = ev.sortedContext(ctx)
	})
	return s, elems, err
}

// ToPath evaluates a value that must be a path, or a string that is an absolute
// one.
func (ev *Evaluator) ToPath(v *Value) (p string, err error) {
	err = ev.run(func() {
		var ctx Context
		p = ev.absolute(v, 0, &ctx)
	})
	return p, err
}

// ToList evaluates a value that must be a list; its elements are as lazy as they
// were.
func (ev *Evaluator) ToList(v *Value) (elems []*Value, err error) {
	err = ev.run(func() { elems = slices.Clone(ev.forceList(v, 0)) })
	return elems, err
}

// AttrNames evaluates a value that must be a set and returns the names of its
// attributes, sorted.
func (ev *Evaluator) AttrNames(v *Value) (names []string, err error) {
	err = ev.run(func() {
		for _, a := range ev.sortedByName(ev.forceAttrs(v, 0)) {
			names = append(names, ev.name(a.sym))
		}
	})
	return names, err
}

// Attr returns an attribute of a value that must be a set, as lazy as it is; nil
// if there is none of that name.
func (ev *Evaluator) Attr(v *Value, name string) (attr *Value, err error) {
	err = ev.run(func() { attr = get(ev.forceAttrs(v, 0), ev.intern(name)) })
	return attr, err
}

// AttrPlace says where an attribute of a set was defined; no place if that is
// not known.
func (ev *Evaluator) AttrPlace(v *Value, name string) (place Place, err error) {
	err = ev.run(func() {
		if a := find(ev.forceAttrs(v, 0), ev.intern(name)); a != nil {
			place = ev.Place(a.pos)
		}
	})
	return place, err
}

// IsDerivation tells whether a value is a set whose type is "derivation".
func (ev *Evaluator) IsDerivation(v *Value) (is bool, err error) {
	err = ev.run(func() {
		x := ev.force(v)
		is = x.kind() == kAttrs && ev.isDerivation(x.attrs())
	})
	return is, err
}

// Call calls a function with one argument after the other. The result is
// evaluated as far as its kind.
func (ev *Evaluator) Call(f *Value, args ...*Value) (out *Value, err error) {
	err = ev.run(func() {
		v := ev.force(f)
		for _, a := range args {
			v = ev.call(v, 0, a)
		}
		out = ev.cell(v)
	})
	return out, err
}

// Formal is one attribute that a function takes.
type Formal struct {
	Name       string
	HasDefault bool
	Place      Place
}

// Formals returns what attributes a function takes, sorted by name; ok is
// whether it takes a set apart at all.
func (ev *Evaluator) Formals(v *Value) (formals []Formal, ok bool, err error) {
	err = ev.run(func() {
		f := ev.force(v)
		if f.kind() != kLambda {
			return
		}
		l := ev.lambda(f)
		ok = l.isSet
		for _, x := range l.formals {
			formals = append(formals, Formal{ev.name(x.sym), x.def != nil, ev.Place(x.pos)})
		}
	})
	slices.SortFunc(formals, func(a, b Formal) int { return cmp.Compare(a.Name, b.Name) })
	return formals, ok, err
}

// FunctionPlace says where a function was written; no place for builtins and
// other values.
func (ev *Evaluator) FunctionPlace(v *Value) (place Place, err error) {
	err = ev.run(func() {
		if f := ev.force(v); f.kind() == kLambda {
			place = ev.Place(ev.lambda(f).pos)
		}
	})
	return place, err
}
