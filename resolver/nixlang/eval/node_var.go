package eval

// localVar is a variable of the innermost scope.
type localVar struct {
	lazy
	at
	slot int
}

func (n *localVar) Eval(ev *Evaluator, env *Env) Value { return ev.force(*env.slot(n.slot)) }
func (n *localVar) Thunk(ev *Evaluator, env *Env) *Value {
	if c := *env.slot(n.slot); c != nil {
		return c
	}
	return n.lazy.Thunk(ev, env)
}

// outerVar is a variable of an enclosing scope.
type outerVar struct {
	lazy
	at
	level, slot int
}

func (n *outerVar) cell(env *Env) *Value {
	for i := n.level; i > 0; i-- {
		env = env.up
	}
	return *env.slot(n.slot)
}

func (n *outerVar) Eval(ev *Evaluator, env *Env) Value { return ev.force(n.cell(env)) }
func (n *outerVar) Thunk(ev *Evaluator, env *Env) *Value {
	if c := n.cell(env); c != nil {
		return c
	}
	return n.lazy.Thunk(ev, env)
}

// withVar is a variable that only the enclosing `with` can tell; levels are
// those of the sets, the innermost first.
type withVar struct {
	lazy
	at
	sym    Sym
	levels []uint32
}

func (n *withVar) Eval(ev *Evaluator, env *Env) Value {
	whole := env
	up := uint32(0)
	for _, level := range n.levels {
		for ; up < level; up++ {
			env = env.up
		}
		if c := get(ev.forceAttrs(*env.slot(0), n.pos), n.sym); c != nil {
			return ev.force(c)
		}
	}
	ev.undefinedInWith(n, whole)
	return null
}

// curPos is __curPos.
type curPos struct {
	lazy
	at
}

func (n *curPos) Eval(ev *Evaluator, _ *Env) Value { return ev.posAttrs(n.pos) }

// posAttrs returns { file, line, column }, or null where there is no file.
func (ev *Evaluator) posAttrs(pos Pos) Value {
	f := ev.fileOf(pos)
	if f == nil || !f.real {
		return null
	}
	at := f.at(pos)
	b := ev.buildAttrs(3)
	b.add("file", mkString(ev.asText(f.name)))
	b.add("line", mkInt(int64(at.Line)))
	b.add("column", mkInt(int64(at.Column)))
	return b.value()
}
