package eval

import (
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// missing says that an attribute is not there, and which there is like it.
func (ev *Evaluator) missing(set Value, sym Sym, pos Pos) {
	e := &Error{Kind: Failed, Msg: "attribute '" + syntax.QuoteName(ev.name(sym)) + "' missing", pos: pos}
	if set == *ev.builtins {
		e.Hints = ev.noBuiltin(ev.name(sym))
	}
	if e.Hints == nil {
		e.Hints = didYouMean(ev.name(sym), ev.namesOf(set.attrs()))
	}
	ev.throw(e)
}

func (ev *Evaluator) namesOf(attrs []Attr) []string {
	names := make([]string, len(attrs))
	for i, a := range attrs {
		names[i] = ev.name(a.sym)
	}
	return names
}

// noBuiltin says why a builtin is not there that could be.
func (ev *Evaluator) noBuiltin(name string) []string {
	switch {
	case gate(name) != "":
		return []string{"it needs an experimental feature; " + featureHint(gate(name))}
	case name == "currentSystem" || name == "currentTime":
		return []string{"a pure evaluation knows neither the machine nor the time: pass it in as an argument, or " + impureHint}
	}
	return nil
}

// undefinedHints says what a name that means nothing may have meant.
func (ev *Evaluator) undefinedHints(name string, names []string) []string {
	if hints := ev.noBuiltin(strings.TrimPrefix(name, "__")); hints != nil {
		return hints
	}
	if get(ev.builtins.attrs(), ev.intern(name)) != nil {
		return []string{"write builtins." + name}
	}
	return didYouMean(name, names)
}

// undefinedInWith says that a variable is in no scope and in no set of a with.
func (ev *Evaluator) undefinedInWith(n *withVar, env *Env) {
	name := ev.name(n.sym)
	e := &Error{Kind: Failed, Msg: "undefined variable '" + name + "'", pos: n.pos}
	var names []string
	up := uint32(0)
	for _, level := range n.levels {
		for ; up < level; up++ {
			env = env.up
		}
		names = append(names, ev.namesOf(ev.forceAttrs(*env.slot(0), n.pos))...)
	}
	for s := range ev.globals {
		names = append(names, ev.name(s))
	}
	e.Hints = append(didYouMean(name, names), "it is in no scope, and in none of the sets that `with` opens around it")
	ev.throw(e)
}

// lacking says that an argument is not passed, and what is passed that is like
// it.
func (l *lambda) lacking(ev *Evaluator, attrs []Attr, sym Sym) {
	var spare []string
	for _, a := range attrs {
		known := false
		for _, f := range l.formals {
			known = known || f.sym == a.sym
		}
		if !known {
			spare = append(spare, ev.name(a.sym))
		}
	}
	var hints []string
	for _, h := range didYouMean(ev.name(sym), spare) {
		hints = append(hints, "what is passed has another name; "+h)
	}
	l.mismatch(ev, "called without required argument", sym, hints)
}
