package eval

import "devenv/resolver/nixlang/syntax"

// binary is an operator with two operands.
type binary struct {
	lazy
	at
	a, b Node
}

type (
	andNode    struct{ binary }
	orNode     struct{ binary }
	implNode   struct{ binary }
	eqNode     struct{ binary }
	neqNode    struct{ binary }
	ltNode     struct{ binary }
	leNode     struct{ binary }
	gtNode     struct{ binary }
	geNode     struct{ binary }
	updateNode struct{ binary }
	concatNode struct{ binary }
	addNode    struct{ binary }
	subNode    struct{ binary }
	mulNode    struct{ binary }
	divNode    struct{ binary }
)

func (n *andNode) Eval(ev *Evaluator, env *Env) Value {
	return mkBool(ev.asBool(n.a.Eval(ev, env), n.pos) && ev.asBool(n.b.Eval(ev, env), n.pos))
}

func (n *orNode) Eval(ev *Evaluator, env *Env) Value {
	return mkBool(ev.asBool(n.a.Eval(ev, env), n.pos) || ev.asBool(n.b.Eval(ev, env), n.pos))
}

func (n *implNode) Eval(ev *Evaluator, env *Env) Value {
	return mkBool(!ev.asBool(n.a.Eval(ev, env), n.pos) || ev.asBool(n.b.Eval(ev, env), n.pos))
}

func (n *eqNode) Eval(ev *Evaluator, env *Env) Value {
	return mkBool(ev.equal(n.a.Eval(ev, env), n.b.Eval(ev, env), n.pos))
}

func (n *neqNode) Eval(ev *Evaluator, env *Env) Value {
	return mkBool(!ev.equal(n.a.Eval(ev, env), n.b.Eval(ev, env), n.pos))
}

func (n *ltNode) Eval(ev *Evaluator, env *Env) Value {
	a := n.a.Eval(ev, env)
	return mkBool(ev.less(a, n.b.Eval(ev, env), n.pos))
}

func (n *gtNode) Eval(ev *Evaluator, env *Env) Value {
	b := n.b.Eval(ev, env)
	return mkBool(ev.less(b, n.a.Eval(ev, env), n.pos))
}

func (n *leNode) Eval(ev *Evaluator, env *Env) Value {
	b := n.b.Eval(ev, env)
	return mkBool(!ev.less(b, n.a.Eval(ev, env), n.pos))
}

func (n *geNode) Eval(ev *Evaluator, env *Env) Value {
	a := n.a.Eval(ev, env)
	return mkBool(!ev.less(a, n.b.Eval(ev, env), n.pos))
}

func (n *updateNode) Eval(ev *Evaluator, env *Env) Value {
	if _, more := n.b.(*updateNode); more {
		return n.chain(ev, env)
	}
	b := n.operand(ev, env, n.b) // the right one first, as Nix does
	a := n.operand(ev, env, n.a)
	return ev.update(a, b)
}

func (n *updateNode) operand(ev *Evaluator, env *Env, x Node) Value {
	v := x.Eval(ev, env)
	if v.kind() != kAttrs {
		ev.typeError(n.pos, "a set", v)
	}
	return v
}

// longestChain is how many of a // b // … // z are merged at once.
const longestChain = 8

// chain is Eval of a // (b // …): what the inner ones give is needed for a moment.
func (n *updateNode) chain(ev *Evaluator, env *Env) Value {
	var nodes [longestChain]*updateNode
	count := 0
	for last := n; last != nil && count < longestChain; last, _ = last.b.(*updateNode) {
		nodes[count] = last
		count++
	}
	var sets [longestChain + 1]Value
	end := nodes[count-1]
	sets[count] = end.operand(ev, env, end.b)
	for i := count - 1; i >= 0; i-- {
		sets[i] = nodes[i].operand(ev, env, nodes[i].a)
	}
	return ev.updateAll(sets[:count+1])
}

func (n *concatNode) Eval(ev *Evaluator, env *Env) Value {
	a := n.a.Eval(ev, env)
	b := n.b.Eval(ev, env)
	if a.kind() != kList {
		ev.typeError(n.pos, "a list", a)
	}
	if b.kind() != kList {
		ev.typeError(n.pos, "a list", b)
	}
	switch {
	case a.payload() == 0:
		return b
	case b.payload() == 0:
		return a
	}
	out := ev.cells(a.payload() + b.payload())
	copy(out[copy(out, a.list()):], b.list())
	return mkList(out)
}

func (n *subNode) Eval(ev *Evaluator, env *Env) Value {
	return ev.arith('-', n.a.Eval(ev, env), n.b.Eval(ev, env), n.pos)
}

func (n *mulNode) Eval(ev *Evaluator, env *Env) Value {
	return ev.arith('*', n.a.Eval(ev, env), n.b.Eval(ev, env), n.pos)
}

func (n *divNode) Eval(ev *Evaluator, env *Env) Value {
	return ev.arith('/', n.a.Eval(ev, env), n.b.Eval(ev, env), n.pos)
}

// notNode is !a.
type notNode struct {
	lazy
	at
	a Node
}

func (n *notNode) Eval(ev *Evaluator, env *Env) Value {
	return mkBool(!ev.asBool(n.a.Eval(ev, env), n.pos))
}

// ifNode is if a then b else c.
type ifNode struct {
	lazy
	at
	cond, then, alt Node
}

func (n *ifNode) Eval(ev *Evaluator, env *Env) Value {
	if ev.asBool(n.cond.Eval(ev, env), n.pos) {
		return n.then.Eval(ev, env)
	}
	return n.alt.Eval(ev, env)
}

// assertNode is assert cond; body. Text is the condition in its unit.
type assertNode struct {
	lazy
	at
	cond, body Node
	unit       *unit
	text       syntax.ID
}

// condition prints what should be true.
func (n *assertNode) condition() string { return n.unit.tree.PrintNode(n.text, n.unit.place) }

func (n *assertNode) Eval(ev *Evaluator, env *Env) Value {
	if !ev.asBool(n.cond.Eval(ev, env), n.pos) {
		ev.assertFailed(n, env)
	}
	return n.body.Eval(ev, env)
}
