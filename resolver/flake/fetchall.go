package flake

import (
	"context"
	"errors"

	"devenv/resolver/flakeref"
	"devenv/store/storepath"
)

// An Archived is a flake or a tree that is in the store, with its inputs.
type Archived struct {
	Path   string              `json:"path,omitempty"` // "" for what is part of another tree
	Inputs map[string]Archived `json:"inputs"`
}

// fetchedNode is a node's tree on its way into the store.
type fetchedNode struct {
	done chan struct{}
	path storepath.Path
	err  error
}

// Archive puts a flake's tree and those of all its inputs into the store; they
// are fetched at once. With dry nothing is fetched: it is said where they would
// be.
func (s *Session) Archive(ctx context.Context, l *Locked, dir storepath.Dir, dry bool) (Archived, []storepath.Path, error) {
	a := &archiver{Session: s, l: l, dir: dir, dry: dry, nodes: map[*node]*fetchedNode{}, open: map[*node]bool{}}
	a.start(ctx, l.root)
	out, err := a.collect(l.root)
	return out, a.paths, err
}

type archiver struct {
	*Session
	l     *Locked
	dir   storepath.Dir
	dry   bool
	nodes map[*node]*fetchedNode
	open  map[*node]bool
	paths []storepath.Path
}

// start begins to fetch a node and all below it.
func (a *archiver) start(ctx context.Context, n *node) {
	if a.nodes[n] != nil {
		return
	}
	f := &fetchedNode{done: make(chan struct{})}
	a.nodes[n] = f
	go func() {
		defer close(f.done)
		f.path, f.err = a.realise(ctx, n)
	}()
	for _, e := range n.inputs {
		if e.node != nil {
			a.start(ctx, e.node)
		}
	}
}

func (a *archiver) realise(ctx context.Context, n *node) (storepath.Path, error) {
	if _, relative := n.locked.Relative(); relative {
		return storepath.Path{}, nil
	}
	if n == a.l.root {
		if a.dry {
			return a.l.tree.Path(ctx)
		}
		return a.l.tree.Realise(ctx)
	}
	if a.dry {
		return lockedPath(a.dir, n.locked)
	}
	t, _, err := a.tree(ctx, n.locked, true, lookupNowhere)
	if err != nil {
		return storepath.Path{}, err
	}
	return t.Realise(ctx)
}

// lockedPath is where a locked tree is in the store.
func lockedPath(dir storepath.Dir, locked flakeref.Ref) (storepath.Path, error) {
	hash, err := locked.NarHash()
	if err == nil && hash.IsZero() {
		err = &Error{Fact: locked.String() + " is locked without a hash", Next: "fetch it, without --dry-run"}
	}
	if err != nil {
		return storepath.Path{}, err
	}
	return dir.Source(locked.Name(), hash, nil, false)
}

// collect waits for everything; the errors are all there are.
func (a *archiver) collect(n *node) (Archived, error) {
	f := a.nodes[n]
	<-f.done
	out := Archived{Inputs: map[string]Archived{}}
	if !f.path.IsZero() {
		out.Path = a.dir.Join(f.path)
		a.paths = append(a.paths, f.path)
	}
	errs := []error{f.err}
	a.open[n] = true
	for _, name := range sortedKeys(n.inputs) {
		if next := n.inputs[name].node; next != nil && !a.open[next] {
			below, err := a.collect(next)
			out.Inputs[name] = below
			errs = append(errs, err)
		}
	}
	delete(a.open, n)
	return out, errors.Join(errs...)
}
