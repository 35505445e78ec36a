package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"devenv/store/filelock"
	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// AddTree puts a tree into the store under name, as a source: its path is made
// from name and the SHA-256 of its NAR. Fill writes the tree into dir, an empty
// directory on the store's file system that only this process uses.
//
// If want is set, the tree must have that hash, else the error is a *HashError
// and nothing is kept. With want set, a tree that the store has already is not
// filled again, and processes that want the same tree at once wait for one to
// fill it. Errors of fill are returned as they are or wrapped.
//
// The tree is made canonical: regular files (executable if their owner may
// execute them), directories and symbolic links; nothing else is accepted.
// Modes become 0444 or 0555 and times 1, other attributes go.
//
// The path is a temporary root until the store is closed: give it a root of its
// own before that.
func (s *Store) AddTree(ctx context.Context, name string, want nixhash.Hash, fill func(ctx context.Context, dir string) error) (Info, error) {
	info, err := s.addTree(ctx, name, want, fill)
	return info, s.explain(err)
}

func (s *Store) addTree(ctx context.Context, name string, want nixhash.Hash, fill func(context.Context, string) error) (Info, error) {
	if err := storepath.CheckName(name); err != nil {
		return Info{}, err
	}
	if err := errors.Join(s.create(), s.sweep()); err != nil {
		return Info{}, err
	}
	if want.IsZero() {
		t, err := s.makeTree(ctx, fill)
		if err != nil {
			return Info{}, err
		}
		defer t.remove()
		return s.claim(ctx, name, t.hash, func(p storepath.Path) (Info, error) { return s.install(ctx, t, p) })
	}
	return s.claim(ctx, name, want, func(p storepath.Path) (Info, error) {
		t, err := s.makeTree(ctx, fill)
		if err != nil {
			return Info{}, err
		}
		defer t.remove()
		if t.hash != want {
			return Info{}, &HashError{Name: name, Want: want, Got: t.hash}
		}
		return s.install(ctx, t, p)
	})
}

// claim returns the valid tree with this name and hash, or calls install to put
// it there, while no other process does the same.
func (s *Store) claim(ctx context.Context, name string, hash nixhash.Hash, install func(storepath.Path) (Info, error)) (Info, error) {
	p, err := s.Dir().Source(name, hash, nil, false)
	if err != nil {
		return Info{}, err
	}
	if err := s.addTempRoot(ctx, p); err != nil {
		return Info{}, err
	}
	if info, err := s.Lookup(ctx, p); !errors.Is(err, ErrInvalid) {
		return info, err
	}
	lock, err := filelock.Acquire(ctx, s.Real(p)+".lock", filelock.Exclusive, func() { s.waiting("another process that adds " + name) })
	if err != nil {
		return Info{}, err
	}
	defer lock.Remove()
	if info, err := s.Lookup(ctx, p); !errors.Is(err, ErrInvalid) {
		return info, err
	}
	return install(p)
}

// newTree is a tree that is whole and canonical but in a temporary directory.
type newTree struct {
	*tempDir
	tree string // where it is: in the temporary directory
	hash nixhash.Hash
	size int64 // of its NAR
}

func (s *Store) makeTree(ctx context.Context, fill func(context.Context, string) error) (_ *newTree, err error) {
	temp, err := s.newTemp()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			temp.remove()
		}
	}()
	t := &newTree{tempDir: temp, tree: filepath.Join(temp.path, "tree")}
	if err := os.Mkdir(t.tree, 0o755); err != nil {
		return nil, err
	}
	if err := fill(ctx, t.tree); err != nil {
		return nil, err
	}
	if err := canonicalise(ctx, t.tree); err != nil {
		return nil, err
	}
	t.hash, t.size, err = nar.HashPath(t.tree)
	return t, err
}

// install moves t to its place and registers it. The caller holds the lock of p,
// which is not valid. Only a registered path is valid, so the tree may reach its
// place before it has reached the disk.
func (s *Store) install(ctx context.Context, t *newTree, p storepath.Path) (_ Info, err error) {
	d, err := s.database(ctx)
	if err != nil {
		return Info{}, err
	}
	real := s.Real(p)
	if err := t.take(real, "leftover"); err != nil {
		return Info{}, err
	}
	defer func() {
		if err == nil {
			return
		}
		// A registration that was cut off may have happened all the same.
		if _, lerr := d.Lookup(context.WithoutCancel(ctx), p); errors.Is(lerr, ErrInvalid) {
			err = errors.Join(err, t.take(real, "failed"))
		}
	}()
	if err := moveTree(t.tree, real); err != nil {
		return Info{}, err
	}
	if err := syncTree(real); err != nil {
		return Info{}, err
	}
	info := Info{
		Path:       p,
		NarHash:    t.hash,
		NarSize:    t.size,
		CA:         storepath.ContentAddress{Method: storepath.NAR, Hash: t.hash},
		Registered: s.now(),
	}
	if err := d.Register(ctx, info); err != nil {
		return Info{}, err
	}
	return d.Lookup(ctx, p)
}

// A HashError says that a tree is not the one that was asked for.
type HashError struct {
	Name      string
	Want, Got nixhash.Hash // of the NAR
}

func (e *HashError) Error() string {
	return fmt.Sprintf("the tree of %s has hash %s, but %s was asked for", e.Name, e.Got.SRI(), e.Want.SRI())
}

// Hint returns what to do next.
func (e *HashError) Hint() string {
	return "Nothing was kept. Either what was fetched differs from what was locked, or the lock is wrong: do not go on before you know which."
}
