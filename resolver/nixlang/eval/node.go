package eval

// Node is an expression whose variables are resolved.
type Node interface {
	// Eval returns the value, evaluated as far as its kind.
	Eval(ev *Evaluator, env *Env) Value
	// Thunk returns a cell that has the value or will have it when forced.
	Thunk(ev *Evaluator, env *Env) *Value
}

// positioned is a Node that knows where it stands.
type positioned interface{ position() Pos }

func posOf(n Node) Pos {
	if p, ok := n.(positioned); ok {
		return p.position()
	}
	return 0
}

// at is the position of a node.
type at struct{ pos Pos }

func (a at) position() Pos { return a.pos }

// lazy is the number of a node whose evaluation can wait.
type lazy struct{ code int }

// Thunk makes a thunk.
func (l lazy) Thunk(ev *Evaluator, env *Env) *Value { return ev.cell(mkThunk(env, l.code)) }

func (l lazy) codeNumber() int { return l.code }

func (l *lazy) number(code int) { l.code = code }

// numbered is a Node with a lazy in it.
type numbered interface {
	Node
	number(code int)
}

// constant is a value that is known.
type constant struct{ cell *Value }

func (n *constant) Eval(ev *Evaluator, _ *Env) Value { return ev.force(n.cell) }
func (n *constant) Thunk(*Evaluator, *Env) *Value    { return n.cell }

// frequent hands out the nodes that half of all code consists of; code is never
// thrown away.
type frequent struct {
	constants batch[constant]
	locals    batch[localVar]
	outers    batch[outerVar]
	selects   batch[selectNode]
	calls     batch[callNode]
}

// code numbers the nodes that thunks may run. It grows by blocks: nothing is
// copied, and little is spare.
type code struct {
	blocks []*[codeBlock]Node
	n      int
}

const codeBlock = 1 << 10

// add returns the number of a node.
func (c *code) add(n Node) int {
	if c.n%codeBlock == 0 {
		c.blocks = append(c.blocks, new([codeBlock]Node))
	}
	c.blocks[c.n/codeBlock][c.n%codeBlock] = n
	c.n++
	return c.n - 1
}

func (c *code) at(i int) Node { return c.blocks[i/codeBlock][i%codeBlock] }

// deep is a node so deeply nested that its evaluation counts as several calls.
type deep struct {
	lazy
	at
	node  Node
	extra int
}

func (n *deep) Eval(ev *Evaluator, env *Env) Value {
	if ev.depth += n.extra; ev.depth > ev.opts.MaxCallDepth {
		ev.overflow(n.pos)
	}
	v := n.node.Eval(ev, env)
	ev.depth -= n.extra
	return v
}
