package eval

import (
	"strconv"
	"strings"
)

// Expr compiles an expression that stands in no file. Dir is what its relative
// paths are relative to; name is what messages call it.
func (ev *Evaluator) Expr(name, text, dir string) (v *Value, err error) {
	err = ev.run(func() { v = ev.parse(name, text, dir, false, nil).Thunk(ev, nil) })
	return v, err
}

// File compiles a file, or the default.nix of a directory; path is absolute.
func (ev *Evaluator) File(path string) (v *Value, err error) {
	err = ev.run(func() { v = ev.cell(ev.importFile(path, 0)) })
	return v, err
}

// Force evaluates a value as far as its kind.
func (ev *Evaluator) Force(v *Value) error { return ev.run(func() { ev.force(v) }) }

// AutoCall calls a function of a set with those of the arguments that it takes;
// other values stay what they are.
func (ev *Evaluator) AutoCall(v *Value, args map[string]*Value) (out *Value, err error) {
	err = ev.run(func() { out = ev.cell(ev.autoCall(ev.force(v), args)) })
	return out, err
}

func (ev *Evaluator) autoCall(f Value, args map[string]*Value) Value {
	if f.kind() == kAttrs {
		if functor := get(f.attrs(), ev.sym.functor); functor != nil {
			return ev.autoCall(ev.call(ev.force(functor), 0, ev.cell(f)), args)
		}
		return f
	}
	if f.kind() != kLambda || !ev.lambda(f).isSet {
		return f
	}
	l := ev.lambda(f)
	b := ev.buildAttrs(len(args))
	if l.ellipsis {
		for name, c := range args {
			b.addCell(ev.intern(name), c)
		}
	} else {
		for _, formal := range l.formals {
			if c := args[ev.name(formal.sym)]; c != nil {
				b.addCell(formal.sym, c)
			} else if formal.def == nil {
				ev.throw(&Error{
					Kind: Failed, pos: formal.pos,
					Msg:   "cannot evaluate a function that has an argument without a value ('" + ev.name(formal.sym) + "')",
					Hints: []string{"give it one: --arg " + ev.name(formal.sym) + " EXPR or --argstr " + ev.name(formal.sym) + " TEXT"},
				})
			}
		}
	}
	return ev.call(f, 0, ev.cell(b.value()))
}

// Select goes down an attribute path such as a.b.0."c d", calling functions on
// the way as AutoCall does.
func (ev *Evaluator) Select(v *Value, path string, args map[string]*Value) (out *Value, err error) {
	err = ev.run(func() {
		out = v
		for _, part := range splitAttrPath(ev, path) {
			x := ev.autoCall(ev.force(out), args)
			if i, err := strconv.Atoi(part); err == nil && x.kind() == kList {
				if i < 0 || i >= x.payload() {
					ev.fail(0, "list index %d in selection path '%s' is out of range", i, path)
				}
				out = x.list()[i]
				continue
			}
			if x.kind() != kAttrs {
				ev.fail(0, "the expression selected by the selection path '%s' should be a set but is %s", path, typeName(x))
			}
			c := get(x.attrs(), ev.intern(part))
			if c == nil {
				ev.throw(&Error{
					Kind: Failed, Msg: "attribute '" + part + "' in selection path '" + path + "' not found",
					Hints: didYouMean(part, ev.namesOf(x.attrs())),
				})
			}
			out = c
		}
		out = ev.cell(ev.autoCall(ev.force(out), args))
	})
	return out, err
}

// splitAttrPath splits at dots that are not in quotes.
func splitAttrPath(ev *Evaluator, path string) (parts []string) {
	if path == "" {
		return nil
	}
	var part strings.Builder
	quoted := false
	for _, r := range path {
		switch {
		case r == '"':
			quoted = !quoted
		case r == '.' && !quoted:
			parts = append(parts, part.String())
			part.Reset()
		default:
			part.WriteRune(r)
		}
	}
	if quoted {
		ev.fail(0, "missing closing quote in selection path '%s'", path)
	}
	return append(parts, part.String())
}

// Print writes a value as `nix-instantiate --eval` does; strict evaluates all
// of it first.
func (ev *Evaluator) Print(v *Value, strict bool) (text string, err error) {
	err = ev.run(func() {
		ev.force(v)
		if strict {
			ev.deepForce(v, map[Value]bool{})
		}
		text = string(ev.print(nil, v, newPrinted(), 0))
	})
	return text, err
}

// JSON writes a value as JSON.
func (ev *Evaluator) JSON(v *Value) (text string, err error) {
	err = ev.run(func() {
		var ctx Context
		text = string(ev.appendJSON(nil, v, 0, &ctx, true))
	})
	return text, err
}

// XML writes a value as XML, with positions if location.
func (ev *Evaluator) XML(v *Value, strict, location bool) (text string, err error) {
	err = ev.run(func() {
		ev.force(v)
		var ctx Context
		text = ev.xml(v, 0, &ctx, strict, location)
	})
	return text, err
}

// Raw returns what a value is as a string.
func (ev *Evaluator) Raw(v *Value) (text string, err error) {
	err = ev.run(func() {
		var ctx Context
		text = ev.coerceCell(v, 0, &ctx, coerceStore)
	})
	return text, err
}
