package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Lookup returns what is known of p. The error is ErrInvalid if p is not in the
// store, which includes a path that somebody deleted behind the database's back.
func (s *Store) Lookup(ctx context.Context, p storepath.Path) (Info, error) {
	d, err := s.existing(ctx)
	if err != nil {
		return Info{}, s.explain(err)
	}
	if d == nil {
		return Info{}, fmt.Errorf("%s: %w", p.Base(), ErrInvalid)
	}
	info, err := d.Lookup(ctx, p)
	if err != nil {
		return Info{}, s.explain(err)
	}
	if _, err := os.Lstat(s.Real(p)); errors.Is(err, fs.ErrNotExist) {
		return Info{}, fmt.Errorf("%s: registered, but deleted from %s: %w", p.Base(), s.trees(), ErrInvalid)
	}
	return info, nil
}

// Hold is Lookup for whoever is going to use p: no collection deletes it until
// s is closed. A path that one has just deleted is ErrInvalid.
func (s *Store) Hold(ctx context.Context, p storepath.Path) (Info, error) {
	if err := s.addTempRoot(ctx, p); err != nil {
		return Info{}, s.explain(err)
	}
	return s.Lookup(ctx, p)
}

// LookupNar returns what is known of the tree with this name and the SHA-256 of
// its NAR. The error is ErrInvalid if the store does not have it.
func (s *Store) LookupNar(ctx context.Context, name string, narHash nixhash.Hash) (Info, error) {
	p, err := s.Dir().Source(name, narHash, nil, false)
	if err != nil {
		return Info{}, err
	}
	return s.Lookup(ctx, p)
}

// List returns all valid paths, by base name.
func (s *Store) List(ctx context.Context) ([]Info, error) {
	d, err := s.existing(ctx)
	if d == nil || err != nil {
		return nil, s.explain(err)
	}
	all, err := d.All(ctx)
	return all, s.explain(err)
}
