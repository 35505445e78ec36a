package flake

import (
	"context"
	"path"

	"devenv/resolver/fetch"
	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
)

// Call returns a locked flake as a value: its outputs, what is known of its
// tree, and "inputs", "outputs", "outPath", "sourceInfo". Inputs are fetched
// when the program looks at them. It is evaluated as far as the program needs.
func (s *Session) Call(ctx context.Context, ev *eval.Evaluator, w World, l *Locked) (*eval.Value, error) {
	c := &caller{Session: s, ctx: ctx, ev: ev, world: w, flake: l, called: map[*node]*called{}}
	return c.node(l.root).result, nil
}

// A caller makes values of the nodes of a lock.
type caller struct {
	*Session
	ctx    context.Context
	ev     *eval.Evaluator
	world  World
	flake  *Locked
	called map[*node]*called
}

// called is a node as a program sees it; each value is lazy.
type called struct {
	result     *eval.Value
	sourceInfo *eval.Value
	outPath    *eval.Value
}

func (c *caller) node(n *node) *called {
	if known := c.called[n]; known != nil {
		return known
	}
	v := &called{}
	c.called[n] = v // inputs may lead back
	v.sourceInfo = c.ev.Lazy(func() (*eval.Value, error) { return c.sourceInfo(n) })
	v.outPath = c.ev.Lazy(func() (*eval.Value, error) { return c.outPath(n) })
	if n.source {
		v.result = c.ev.Lazy(func() (*eval.Value, error) {
			return c.ev.Update(v.sourceInfo, c.ev.Attrs(map[string]*eval.Value{"sourceInfo": v.sourceInfo, "outPath": v.outPath}))
		})
		return v
	}
	inputs := c.ev.Lazy(func() (*eval.Value, error) { return c.inputs(n) })
	outputs := c.ev.Lazy(func() (*eval.Value, error) { return c.outputs(v, inputs) })
	v.result = c.ev.Lazy(func() (*eval.Value, error) {
		out, err := c.ev.Update(outputs, v.sourceInfo)
		if err != nil {
			return nil, err
		}
		return c.ev.Update(out, c.ev.Attrs(map[string]*eval.Value{
			"outPath": v.outPath, "inputs": inputs, "outputs": outputs, "sourceInfo": v.sourceInfo, "_type": c.ev.String("flake"),
		}))
	})
	return v
}

// inputs are the flakes and trees that a flake refers to, by name.
func (c *caller) inputs(n *node) (*eval.Value, error) {
	attrs := map[string]*eval.Value{}
	for _, name := range sortedKeys(n.inputs) {
		e := n.inputs[name]
		to := e.node
		if to == nil {
			var err error
			if to, err = c.flake.root.find(e.follows); err != nil {
				return nil, err
			}
			if to == nil {
				return nil, &Error{Fact: "the input " + name + " follows '" + e.follows.String() + "', which is not there", Next: "lock the flake again: devenv flake lock"}
			}
		}
		attrs[name] = c.node(to).result
	}
	return c.ev.Attrs(attrs), nil
}

// outputs calls a flake's function with its inputs and itself.
func (c *caller) outputs(v *called, inputs *eval.Value) (*eval.Value, error) {
	dir, _, err := c.ev.ToString(v.outPath)
	if err != nil {
		return nil, err
	}
	flake, err := c.ev.File(path.Join(dir, "flake.nix"))
	if err != nil {
		return nil, err
	}
	f, err := c.ev.Attr(flake, "outputs")
	if err != nil {
		return nil, err
	}
	if f == nil {
		return nil, &Error{Fact: dir + "/flake.nix has no outputs", Next: "say flake = false where only its files are wanted"}
	}
	args, err := c.ev.Update(inputs, c.ev.Attrs(map[string]*eval.Value{"self": v.result}))
	if err != nil {
		return nil, err
	}
	return c.ev.Call(f, args)
}

// place is where a node's files are, which may have to be fetched. It is false
// for a directory of another node's tree that was not looked at yet.
func (c *caller) place(n *node) (place, bool, error) {
	if at, ok := c.flake.places[n]; ok {
		return at, true, nil
	}
	if _, relative := n.locked.Relative(); relative {
		return place{}, false, nil
	}
	t, _, err := c.tree(c.ctx, n.locked, true, lookupNowhere)
	return place{t, n.locked.Dir}, true, err
}

func (c *caller) parent(n *node) (*called, error) {
	up, err := c.flake.root.find(n.parent)
	if up == nil && err == nil {
		err = &Error{Fact: "the lock says that " + n.locked.String() + " is relative to '" + n.parent.String() + "', which is not there", Next: "lock the flake again: devenv flake lock --recreate-lock-file"}
	}
	if err != nil {
		return nil, err
	}
	return c.node(up), nil
}

func (c *caller) outPath(n *node) (*eval.Value, error) {
	at, known, err := c.place(n)
	if err != nil {
		return nil, err
	}
	if !known {
		return c.relativePath(n)
	}
	root, err := c.mount(c.ctx, c.world, at.tree)
	if err != nil {
		return nil, err
	}
	full := root
	if at.dir != "" {
		full += "/" + at.dir
	}
	return c.ev.StringContext(full, eval.ContextElem{Kind: eval.OpaquePath, Path: root}), nil
}

// relativePath is a directory of the parent's tree.
func (c *caller) relativePath(n *node) (*eval.Value, error) {
	up, err := c.parent(n)
	if err != nil {
		return nil, err
	}
	base, context, err := c.ev.ToString(up.outPath)
	if err != nil {
		return nil, err
	}
	dir, _ := n.locked.Relative()
	for _, part := range []string{dir, n.locked.Dir} {
		if part != "" {
			base += "/" + part
		}
	}
	return c.ev.StringContext(base, context...), nil
}

// sourceInfo is what is known of a node's tree.
func (c *caller) sourceInfo(n *node) (*eval.Value, error) {
	at, known, err := c.place(n)
	if err != nil {
		return nil, err
	}
	if !known {
		up, err := c.parent(n)
		if err != nil {
			return nil, err
		}
		return up.sourceInfo, nil
	}
	root, err := c.mount(c.ctx, c.world, at.tree)
	if err != nil {
		return nil, err
	}
	if n != c.flake.root {
		return c.ev.TreeAttrs(eval.Tree{Path: root, Attrs: n.locked.Attrs()})
	}
	return c.selfInfo(at.tree, root)
}

// selfInfo is sourceInfo of the flake that is called. Its commits are counted if
// something asks.
func (c *caller) selfInfo(t *fetch.Tree, root string) (*eval.Value, error) {
	hash, err := t.NarHash(c.ctx)
	if err != nil {
		return nil, err
	}
	ref := t.Ref().With("narHash", hash.SRI())
	if when, ok, err := t.LastModified(c.ctx); err != nil {
		return nil, err
	} else if ok {
		ref = ref.With("lastModified", when)
	}
	if c.flake.Dirty {
		ref = ref.With("rev", nil).With("revCount", nil)
	}
	info, err := c.ev.TreeAttrs(eval.Tree{Path: root, Attrs: ref.Attrs()})
	if err != nil || !counted(ref) {
		return info, err
	}
	return c.ev.Update(info, c.ev.Attrs(map[string]*eval.Value{"revCount": c.ev.Lazy(func() (*eval.Value, error) {
		n, _, err := t.RevCount(c.ctx)
		return c.ev.Int(n), err
	})}))
}

// counted reports whether a tree has a number of commits that is yet to be
// counted.
func counted(ref flakeref.Ref) bool {
	_, given := ref.Number("revCount")
	return !given && ref.Type() == "git" && ref.Rev() != "" && !ref.Flag("shallow")
}
