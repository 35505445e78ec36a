package eval

// selectNode is set.name.
type selectNode struct {
	lazy
	at
	set Node
	sym Sym
}

func (n *selectNode) Eval(ev *Evaluator, env *Env) Value {
	v := n.set.Eval(ev, env)
	if v.kind() == kAttrs {
		if a := find(v.attrs(), n.sym); a != nil {
			return ev.force(a.val)
		}
	}
	return ev.selectFrom(v, n.sym, n.pos)
}

// Thunk selects at once where that takes no evaluation.
func (n *selectNode) Thunk(ev *Evaluator, env *Env) *Value {
	var c *Value
	switch s := n.set.(type) {
	case *localVar:
		c = *env.slot(s.slot)
	case *outerVar:
		c = s.cell(env)
	}
	if c != nil && c.kind() == kAttrs {
		if a := find(c.attrs(), n.sym); a != nil {
			return a.val
		}
	}
	return n.lazy.Thunk(ev, env)
}

// pathPart is one name of an attribute path; dynamic is nil if it is known.
type pathPart struct {
	sym     Sym
	dynamic Node
}

func (p *pathPart) symbol(ev *Evaluator, env *Env, pos Pos) Sym {
	if p.dynamic == nil {
		return p.sym
	}
	return ev.intern(ev.plainString(p.dynamic.Eval(ev, env), pos))
}

// pathNode is set.a.${b}.c, with or without a default.
type pathNode struct {
	lazy
	at
	set  Node
	path []pathPart
	def  Node
}

func (n *pathNode) Eval(ev *Evaluator, env *Env) Value {
	v := n.set.Eval(ev, env)
	for i := range n.path {
		sym := n.path[i].symbol(ev, env, n.pos)
		if v.kind() != kAttrs {
			if n.def != nil {
				return n.def.Eval(ev, env)
			}
			ev.typeError(n.pos, "a set", v)
		}
		a := find(v.attrs(), sym)
		if a == nil {
			if n.def != nil {
				return n.def.Eval(ev, env)
			}
			ev.missing(v, sym, n.pos)
		}
		v = ev.force(a.val)
	}
	return v
}

// hasNode is set ? path.
type hasNode struct {
	lazy
	at
	set  Node
	path []pathPart
}

func (n *hasNode) Eval(ev *Evaluator, env *Env) Value {
	v := n.set.Eval(ev, env)
	for i := range n.path {
		sym := n.path[i].symbol(ev, env, n.pos)
		if v.kind() != kAttrs {
			return falseVal
		}
		c := get(v.attrs(), sym)
		if c == nil {
			return falseVal
		}
		if i < len(n.path)-1 {
			v = ev.force(c)
		}
	}
	return trueVal
}
