package eval

import "devenv/resolver/nixlang/notation"

var formatBuiltins = []primop{
	{name: "toJSON", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		text := ev.appendJSON(nil, a, pos, &ctx, true)
		return mkContextString(string(text), ctx)
	}},
	{name: "toXML", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		text := ev.xml(a, pos, &ctx, true, false)
		return mkContextString(text, ctx)
	}},
	{name: "fromJSON", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		return ev.read(pos, func(b *treeBuilder) error {
			return notation.ParseJSON(ev.forcePlainString(a, pos), ev.opts.MaxCallDepth, b)
		})
	}},
	{name: "fromTOML", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		return ev.read(pos, func(b *treeBuilder) error {
			opts := notation.TOMLOptions{Timestamps: ev.opts.Features["parse-toml-timestamps"], MaxDepth: ev.opts.MaxCallDepth}
			return notation.ParseTOML(ev.forcePlainString(a, pos), opts, b)
		})
	}},
}

// read makes a value of a text.
func (ev *Evaluator) read(pos Pos, parse func(*treeBuilder) error) Value {
	b := &treeBuilder{ev: ev}
	if err := parse(b); err != nil {
		ev.hostError(pos, err)
	}
	return *b.cells[0]
}
