package flake

import (
	"context"
	"fmt"
	"maps"
	"slices"

	"devenv/lockfile"
	"devenv/resolver/fetch"
	"devenv/resolver/flakeref"
)

// LockOptions say how a flake is locked. The zero value is what commands do
// that only want to use a flake: what is missing in its lock is added, and
// written where that can be.
type LockOptions struct {
	Recreate bool // as if there were no lock
	NoUpdate bool // a lock that has to change is an error
	NoWrite  bool // a lock that has to change is used, and not written
	// MustLock makes it an error, and not a warning, that a lock cannot be written
	// because an input is not locked.
	MustLock bool
	// DirtyLocks writes locks with inputs that are held by their hash alone.
	DirtyLocks bool
	// Pure refuses to lock inputs whose references do not say which tree is meant.
	Pure         bool
	NoRegistries bool
	// Commit makes a commit of a lock that was written. Summary is the first line
	// of its message; "" is that of Nix.
	Commit  bool
	Summary string
	// Reference is the file to read in place of the flake's lock, and Output the
	// one to write; absolute paths.
	Reference, Output string
	// Overrides are references to take for inputs, whatever the flake says.
	Overrides []Override
	// Updates are inputs to be locked anew.
	Updates []InputPath
}

// An Override replaces an input.
type Override struct {
	Input InputPath
	Ref   flakeref.Ref
}

// A Locked flake is one whose inputs are known, all of them, down to the last.
type Locked struct {
	*Flake
	Lock *lockfile.Lock
	// Changes are what differs from the lock that was there.
	Changes Changes
	// File is the lock's path, and Written whether it was written; Existed is
	// whether there was one. Committed is the commit that was made.
	File             string
	Written, Existed bool
	Committed        string
	// Differs reports whether the lock is not the one that was there.
	Differs bool

	root   *node
	keys   map[*node]string
	places map[*node]place // of what has been fetched
}

// A place is a directory in a tree.
type place struct {
	tree *fetch.Tree
	dir  string
}

// Lock finds out what a flake's inputs are, with the help of its lock, and
// writes that where it has changed.
//
// Errors: *Error, *InputError around what fetching or reading an input gives,
// *lockfile.Error, *source.Error, *eval.Error.
func (s *Session) Lock(ctx context.Context, ref flakeref.Ref, o LockOptions) (*Locked, error) {
	top := lookupEverywhere
	if o.NoRegistries {
		top = lookupNowhere
	}
	f, err := s.get(ctx, ref, false, top, nil)
	if err != nil {
		return nil, err
	}
	return s.lock(ctx, f, o)
}

// lockAt locks the flake in a tree that an evaluation has.
func (s *Session) lockAt(ctx context.Context, at place, o LockOptions) (*Locked, error) {
	f := &Flake{Original: at.tree.Ref(), Resolved: at.tree.Ref(), tree: at.tree, dir: at.dir}
	var err error
	if f.Declaration, err = s.declaration(at.tree, at.dir, nil); err != nil {
		return nil, err
	}
	return s.lock(ctx, f, o)
}

func (s *Session) lock(ctx context.Context, f *Flake, o LockOptions) (*Locked, error) {
	old, existed, err := s.oldLock(f, o)
	if err != nil {
		return nil, err
	}
	c := newComputation(s, f, o)
	if err := c.compute(ctx, old); err != nil {
		return nil, err
	}
	l := &Locked{Flake: f, root: c.root, places: c.places, Existed: existed, Changes: diff(old, c.root)}
	l.Lock, l.keys = lockOf(c.root)
	before, _ := lockOf(old)
	l.Differs = string(before.Bytes()) != string(l.Lock.Bytes())
	if !l.Differs && o.Output == "" {
		return l, nil
	}
	return l, s.write(ctx, l, o)
}

// oldLock is the graph of the lock that is there, and whether there is one.
func (s *Session) oldLock(f *Flake, o LockOptions) (*node, bool, error) {
	var l *lockfile.Lock
	var file string
	var err error
	if o.Reference != "" {
		file = o.Reference
		l, err = lockfile.Read(file)
	} else {
		l, file, err = readLock(f.tree, f.dir)
	}
	if err != nil || l == nil {
		return newNode(), false, err
	}
	if lost := orphans(l); len(lost) > 0 {
		s.o.Notice(fmt.Sprintf("%s: nothing refers to %v; the next change of the lock drops it", file, lost))
	}
	root, err := graphOf(l, file, s.o.Notice)
	return root, true, err
}

// check refuses inputs that follow what is not there, or each other.
func (c *computation) check() error {
	all := c.root.all()
	for _, key := range slices.SortedFunc(maps.Keys(all), func(a, b string) int { return slices.Compare(all[a].path, all[b].path) }) {
		in := all[key]
		if in.edge.node != nil || len(in.edge.follows) == 0 {
			continue
		}
		switch n, err := c.root.find(in.edge.follows); {
		case err != nil:
			return err
		case n == nil:
			return &Error{
				Fact: fmt.Sprintf("input '%s' follows a non-existent input '%s'", in.path, in.edge.follows),
				Next: c.nearest(in.edge.follows),
			}
		}
	}
	return nil
}

// nearest says which inputs there are where a path leads to nothing.
func (c *computation) nearest(path InputPath) string {
	at, missing := c.root, path
	for i, name := range path {
		e, ok := at.inputs[name]
		if !ok {
			missing = path[:i+1]
			break
		}
		next := e.node
		if next == nil {
			next, _ = c.root.find(e.follows)
		}
		if next == nil {
			return "correct the follows of " + path[:i+1].String()
		}
		at = next
	}
	names := sortedKeys(at.inputs)
	of := "the flake"
	if len(missing) > 1 {
		of = missing[:len(missing)-1].String()
	}
	if len(names) == 0 {
		return of + " has no inputs"
	}
	return fmt.Sprintf("the inputs of %s are: %s", of, list(names))
}

// list puts names into a sentence.
func list(names []string) string {
	const most = 20
	text := ""
	for i, name := range names {
		switch {
		case i == most:
			return text + ", …"
		case i > 0:
			text += ", "
		}
		text += name
	}
	return text
}
