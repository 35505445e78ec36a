package eval

import "devenv/resolver/nixlang/syntax"

// maxHeight bounds the height of an expression, so that compiling and
// evaluating it cannot exhaust the stack.
const maxHeight = 100_000

// variable is what a name means: a slot of the scope at an absolute depth, or
// nothing if depth is negative.
type variable struct{ depth, slot int }

// shadowed remembers what a name meant outside a scope.
type shadowed struct {
	sym syntax.Sym
	was variable
}

// binder walks a tree once and notes in its Var nodes what they mean: in N how
// many scopes up, counted from 1, and in B the slot there; or 0 in N, and in B
// the place in Extra of a list, with its length before it: how many scopes up
// the sets of the enclosing `with` lie, the innermost first. Operators and
// search paths whose functions the program defines itself become calls. What a
// binder notes holds for all evaluators.
type binder struct {
	ev     *Evaluator
	unit   *unit
	tree   *syntax.Tree
	vars   []variable // of the tree's symbols
	undo   []shadowed
	depth  int   // scopes around the walk
	withs  []int // depths of the scopes that `with` made
	nested int
	own    [len(operators)]syntax.Sym // the tree's symbols of functions of the syntax
}

// bind binds all variables of a unit; scope lists the names of an environment
// around it.
func (ev *Evaluator) bind(u *unit, scope []Sym) {
	t := u.tree
	b := &binder{ev: ev, unit: u, tree: t}
	for i, name := range operators {
		if b.own[i] = t.Symbols.Lookup(name); b.own[i] == 0 && scope != nil {
			b.own[i] = t.Symbols.Intern(name)
		}
	}
	b.vars = make([]variable, t.Symbols.Len())
	for i := range b.vars {
		b.vars[i].depth = -1
	}
	if scope != nil {
		b.depth = 1
		index := map[Sym]int{}
		for i, s := range scope {
			index[s] = i
		}
		for i := range b.vars {
			if slot, ok := index[ev.symOf(u, syntax.Sym(i))]; ok {
				b.vars[i] = variable{1, slot}
			}
		}
	}
	b.expr(t.Root)
	t.Bound = true
}

// open begins a scope; close ends it.
func (b *binder) open() int {
	b.depth++
	return len(b.undo)
}

func (b *binder) define(sym syntax.Sym, slot int) {
	b.undo = append(b.undo, shadowed{sym, b.vars[sym]})
	b.vars[sym] = variable{b.depth, slot}
}

func (b *binder) close(mark int) {
	for i := len(b.undo) - 1; i >= mark; i-- {
		b.vars[b.undo[i].sym] = b.undo[i].was
	}
	b.undo = b.undo[:mark]
	b.depth--
}

func (b *binder) pos(id syntax.ID) Pos { return b.unit.base + Pos(b.tree.Nodes[id].Pos) }

func (b *binder) expr(id syntax.ID) {
	if b.nested++; b.nested > maxHeight {
		b.ev.fail(b.pos(id), "expression is nested too deeply")
	}
	b.node(id)
	b.nested--
}

func (b *binder) exprs(ids []uint32) {
	for _, id := range ids {
		b.expr(syntax.ID(id))
	}
}

func (b *binder) node(id syntax.ID) {
	n := b.tree.Nodes[id]
	switch n.Kind {
	case syntax.Int, syntax.Float, syntax.Str, syntax.Path, syntax.CurPos:
	case syntax.HomePath:
		if b.ev.opts.Pure {
			b.ev.fail(b.pos(id), "the path '%s' can not be resolved in pure mode", b.tree.TextOf(id))
		}
	case syntax.SearchPath:
		b.searchPath(id)
	case syntax.Var:
		b.variable(id)
	case syntax.Select:
		b.expr(syntax.ID(n.A))
		b.attrPath(b.tree.List(&n))
		if def := syntax.ID(b.tree.Extra[n.B+n.N]); def != syntax.None {
			b.expr(def)
		}
	case syntax.HasAttr:
		b.expr(syntax.ID(n.A))
		b.attrPath(b.tree.List(&n))
	case syntax.Set:
		b.set(n.A, syntax.None)
	case syntax.Let:
		b.set(n.A, syntax.ID(n.B))
	case syntax.Lambda:
		b.lambda(b.tree.Lambdas[n.A])
	case syntax.Call:
		b.expr(syntax.ID(n.A))
		b.exprs(b.tree.List(&n))
	case syntax.With:
		b.expr(syntax.ID(n.A))
		mark := b.open()
		b.withs = append(b.withs, b.depth)
		b.expr(syntax.ID(n.B))
		b.withs = b.withs[:len(b.withs)-1]
		b.close(mark)
	case syntax.List, syntax.If, syntax.Interp:
		b.exprs(b.tree.List(&n))
	case syntax.PathInterp:
		b.exprs(b.tree.List(&n)[1:])
	case syntax.Not:
		b.expr(syntax.ID(n.A))
	case syntax.Neg:
		b.expr(syntax.ID(n.A))
		b.operator(id)
	default:
		b.expr(syntax.ID(n.A))
		b.expr(syntax.ID(n.B))
		b.operator(id)
	}
}

func (b *binder) attrPath(parts []uint32) {
	for _, raw := range parts {
		if _, static := syntax.Part(raw).Static(); !static {
			b.expr(syntax.Part(raw).Expr())
		}
	}
}

// set binds a set, or a let with its body. What is inherited from the scope
// around comes from outside.
func (b *binder) set(index uint32, body syntax.ID) {
	t := b.tree
	s := &t.Sets[index]
	recursive := s.Recursive || body != syntax.None
	mark := 0
	if recursive {
		b.bindings(s, func(x *syntax.Binding) bool { return x.Kind == syntax.Inherited })
		mark = b.open()
		slot := 0
		for i := s.First; i >= 0; i = t.Bindings[i].Next {
			b.define(t.Bindings[i].Sym, slot)
			slot++
		}
	}
	for i := s.From; i >= 0; i = t.Froms[i].Next {
		b.expr(t.Froms[i].Expr)
	}
	b.bindings(s, func(x *syntax.Binding) bool {
		return x.Kind == syntax.Plain || x.Kind == syntax.Inherited && !recursive
	})
	for i := s.Dyn; i >= 0; i = t.Bindings[i].Next {
		b.expr(t.Bindings[i].Name)
		b.expr(t.Bindings[i].Expr)
	}
	if body != syntax.None {
		b.expr(body)
	}
	if recursive {
		b.close(mark)
	}
}

func (b *binder) bindings(s *syntax.SetInfo, want func(*syntax.Binding) bool) {
	for i := s.First; i >= 0; i = b.tree.Bindings[i].Next {
		if x := &b.tree.Bindings[i]; want(x) {
			b.expr(x.Expr)
		}
	}
}

func (b *binder) lambda(info syntax.LambdaInfo) {
	mark := b.open()
	slot := 0
	if info.Arg != 0 {
		b.define(info.Arg, 0)
		slot = 1
	}
	formals := b.tree.Formals[info.Start : info.Start+info.Len]
	for i, f := range formals {
		b.define(f.Sym, slot+i)
	}
	for _, f := range formals {
		if f.Default != syntax.None {
			b.expr(f.Default)
		}
	}
	b.expr(info.Body)
	b.close(mark)
}

// variable binds one use of a name.
func (b *binder) variable(id syntax.ID) {
	t := b.tree
	n := &t.Nodes[id]
	sym := syntax.Sym(n.A)
	if v := b.vars[sym]; v.depth >= 0 {
		n.N, n.B = uint32(b.depth-v.depth)+1, uint32(v.slot)
		return
	}
	if len(b.withs) == 0 && b.ev.globals[b.ev.symOf(b.unit, sym)] == nil {
		b.undefined(sym, b.pos(id))
	}
	n.N, n.B = 0, uint32(len(t.Extra))
	t.Extra = append(t.Extra, uint32(len(b.withs)))
	for i := len(b.withs) - 1; i >= 0; i-- {
		t.Extra = append(t.Extra, uint32(b.depth-b.withs[i]))
	}
}

func (b *binder) undefined(sym syntax.Sym, pos Pos) {
	var names []string
	for i, v := range b.vars {
		if v.depth >= 0 {
			names = append(names, b.tree.Symbols.Name(syntax.Sym(i)))
		}
	}
	b.ev.undefined(b.tree.Symbols.Name(sym), names, pos)
}
