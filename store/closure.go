package store

import (
	"context"
	"errors"
	"io/fs"
	"os"

	"devenv/store/storepath"
)

// Missing returns those of paths that are not valid, in the same order.
func (s *Store) Missing(ctx context.Context, paths []storepath.Path) ([]storepath.Path, error) {
	d, err := s.existing(ctx)
	if d == nil || err != nil {
		return paths, s.explain(err)
	}
	valid, err := d.Valid(ctx, paths)
	if err != nil {
		return nil, s.explain(err)
	}
	var missing []storepath.Path
	for _, p := range paths {
		if _, err := os.Lstat(s.Real(p)); !valid[p] || errors.Is(err, fs.ErrNotExist) {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

// Closure returns paths and all that they refer to, each once and after what it
// refers to. The error is ErrInvalid if one of paths is not valid.
func (s *Store) Closure(ctx context.Context, paths ...storepath.Path) ([]Info, error) {
	for _, p := range paths {
		if _, err := s.Lookup(ctx, p); err != nil {
			return nil, err
		}
	}
	if len(paths) == 0 {
		return nil, nil
	}
	d, err := s.database(ctx)
	if err != nil {
		return nil, s.explain(err)
	}
	list, err := d.Closure(ctx, paths)
	return list, s.explain(err)
}

// Referrers returns the valid paths that refer to p, by base name; p itself is
// not among them.
func (s *Store) Referrers(ctx context.Context, p storepath.Path) ([]storepath.Path, error) {
	if _, err := s.Lookup(ctx, p); err != nil {
		return nil, err
	}
	d, err := s.database(ctx)
	if err != nil {
		return nil, s.explain(err)
	}
	list, err := d.Referrers(ctx, p)
	return list, s.explain(err)
}

// Derivers returns the valid derivations of which p, valid or not, is an output,
// by base name.
func (s *Store) Derivers(ctx context.Context, p storepath.Path) ([]storepath.Path, error) {
	d, err := s.existing(ctx)
	if d == nil || err != nil {
		return nil, s.explain(err)
	}
	list, err := d.Derivers(ctx, p)
	return list, s.explain(err)
}
