package eval

import "slices"

// lambda is the code of a function.
type lambda struct {
	at
	name     Sym
	arg      Sym
	formals  []formal // sorted by symbol
	isSet    bool
	ellipsis bool
	size     int // variables of its scope
	body     Node
}

// formal is one attribute of a set pattern; def is nil if it is required.
type formal struct {
	sym  Sym
	pos  Pos
	slot int
	def  Node
}

// lambdaNode makes a function of the scope it stands in.
type lambdaNode struct {
	at
	index int
}

func (n *lambdaNode) Eval(_ *Evaluator, env *Env) Value { return mkLambda(env, n.index) }
func (n *lambdaNode) Thunk(ev *Evaluator, env *Env) *Value {
	return ev.cell(mkLambda(env, n.index))
}

// apply calls a function with one argument.
func (ev *Evaluator) apply(f Value, pos Pos, arg *Value) Value {
	l := ev.lambda(f)
	if ev.depth++; ev.depth > ev.opts.MaxCallDepth {
		ev.overflow(pos)
	}
	ev.frames = append(ev.frames, frame{pos: pos, was: f})
	env := ev.newEnv(f.env(), l.size)
	if l.isSet {
		l.match(ev, env, arg, pos)
	} else {
		*env.slot(0) = arg
	}
	v := l.body.Eval(ev, env)
	ev.frames = ev.frames[:len(ev.frames)-1]
	ev.depth--
	return v
}

// match takes the argument apart.
func (l *lambda) match(ev *Evaluator, env *Env, arg *Value, pos Pos) {
	attrs := ev.forceAttrs(arg, l.pos)
	if l.arg != 0 {
		*env.slot(0) = arg
	}
	used, i := 0, 0
	for f := range l.formals {
		formal := &l.formals[f]
		for i < len(attrs) && attrs[i].sym < formal.sym {
			i++
		}
		switch {
		case i < len(attrs) && attrs[i].sym == formal.sym:
			*env.slot(formal.slot) = attrs[i].val
			used++
		case formal.def != nil:
			*env.slot(formal.slot) = formal.def.Thunk(ev, env)
		default:
			l.lacking(ev, attrs, formal.sym)
		}
	}
	if !l.ellipsis && used != len(attrs) {
		l.unexpected(ev, attrs)
	}
}

func (l *lambda) unexpected(ev *Evaluator, attrs []Attr) {
	var names []string
	known := map[Sym]bool{}
	for _, f := range l.formals {
		known[f.sym] = true
		names = append(names, ev.name(f.sym))
	}
	for _, a := range ev.sortedByName(attrs) {
		if !known[a.sym] {
			l.mismatch(ev, "called with unexpected argument", a.sym, didYouMean(ev.name(a.sym), names))
		}
	}
}

func (l *lambda) mismatch(ev *Evaluator, what string, sym Sym, hints []string) {
	name := "anonymous lambda"
	if l.name != 0 {
		name = ev.name(l.name)
	}
	ev.badCall(&Error{Kind: Failed, Msg: "function '" + name + "' " + what + " '" + ev.name(sym) + "'", Hints: hints}, l.pos)
}

// formalNames returns the names of a set pattern, sorted.
func (ev *Evaluator) formalNames(l *lambda) []string {
	var names []string
	for _, f := range l.formals {
		names = append(names, ev.name(f.sym))
	}
	slices.Sort(names)
	return names
}
