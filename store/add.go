package store

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"devenv/store/filelock"
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
	if err := s.prepare(ctx); err != nil {
		return Info{}, err
	}
	if want.IsZero() {
		t, err := s.makeTree(ctx, fill)
		if err != nil {
			return Info{}, err
		}
		defer t.remove()
		p, err := s.Dir().Source(name, t.hash, nil, false)
		if err != nil {
			return Info{}, err
		}
		return s.claim(ctx, p, func() (Info, error) { return s.install(ctx, t, t.source(p)) })
	}
	p, err := s.Dir().Source(name, want, nil, false)
	if err != nil {
		return Info{}, err
	}
	return s.claim(ctx, p, func() (Info, error) {
		t, err := s.makeTree(ctx, fill)
		if err != nil {
			return Info{}, err
		}
		defer t.remove()
		if t.hash != want {
			return Info{}, &HashError{Name: name, Want: want, Got: t.hash}
		}
		return s.install(ctx, t, t.source(p))
	})
}

// claim returns what is known of p if it is valid, or calls install to put it
// there, while no other process does the same. P is a temporary root then.
func (s *Store) claim(ctx context.Context, p storepath.Path, install func() (Info, error)) (Info, error) {
	if err := s.addTempRoot(ctx, p); err != nil {
		return Info{}, err
	}
	if info, err := s.Lookup(ctx, p); !errors.Is(err, ErrInvalid) {
		return info, err
	}
	lock, err := filelock.Acquire(ctx, s.Real(p)+".lock", filelock.Exclusive, func() { s.waiting("another process that adds " + p.Name()) })
	if err != nil {
		return Info{}, err
	}
	defer lock.Remove()
	if info, err := s.Lookup(ctx, p); !errors.Is(err, ErrInvalid) {
		return info, err
	}
	return install()
}

// newTree is a tree that is whole and canonical but in a temporary directory.
type newTree struct {
	*tempDir
	tree string // where it is: in the temporary directory
	hash nixhash.Hash
	size int64 // of its NAR
}

// source describes t as a source at p.
func (t *newTree) source(p storepath.Path) Info {
	return Info{Path: p, NarHash: t.hash, NarSize: t.size, CA: storepath.ContentAddress{Method: storepath.NAR, Hash: t.hash}}
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
	t.hash, t.size, err = hashTree(ctx, t.tree)
	return t, err
}

// install moves t to its place and registers it as info says. The caller holds
// the lock of its path, which is not valid. Only a registered path is valid, so
// the tree may reach its place before it has reached the disk.
func (s *Store) install(ctx context.Context, t *newTree, info Info) (Info, error) {
	real := s.Real(info.Path)
	if err := t.take(real, "leftover"); err != nil {
		return Info{}, err
	}
	if err := moveTree(t.tree, real); err != nil {
		return Info{}, err
	}
	err := s.optimiseNew(ctx, real)
	var got Info
	if err == nil {
		got, err = s.register(ctx, info)
	}
	if err != nil {
		err = errors.Join(err, t.take(real, "failed"))
	}
	return got, err
}

// A HashError says that a tree is not the one that was asked for.
type HashError struct {
	Name      string
	Want, Got nixhash.Hash // of the NAR; equal if only the sizes differ
	WantSize  int64        // of the NAR in bytes; 0 if it was not asked for
	GotSize   int64
}

func (e *HashError) Error() string {
	if e.Want == e.Got {
		return fmt.Sprintf("the NAR of %s has %d bytes, but %d were promised", e.Name, e.GotSize, e.WantSize)
	}
	return fmt.Sprintf("the tree of %s has hash %s, but %s was asked for", e.Name, e.Got.SRI(), e.Want.SRI())
}

// Hint returns what to do next.
func (e *HashError) Hint() string {
	return "Nothing was kept. Either what was fetched differs from what was locked, or the lock is wrong: do not go on before you know which."
}
