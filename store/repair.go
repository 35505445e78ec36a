package store

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/store/filelock"
	"devenv/store/storepath"
)

// Source is where the NARs of damaged paths come from: a binary cache, another
// store.
type Source interface {
	Lookup(ctx context.Context, p storepath.Path) (Info, error)
	Nar(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error
}

// Repair puts trees in the place of damaged ones: those that sources have with
// the hash that the database knows. It returns the problems that are left, each
// with what stands against its repair in Err.
//
// A tree that is gone, that no source has and no valid path refers to is
// forgotten: it is not valid any more, and no problem is left.
func (s *Store) Repair(ctx context.Context, problems []Problem, sources ...Source) (left []Problem, err error) {
	for _, p := range problems {
		if err := context.Cause(ctx); err != nil {
			return left, err
		}
		err := s.repair(ctx, p, sources)
		if err != nil {
			err = s.explain(err)
		}
		if err == nil || errors.Is(p.Err, fs.ErrNotExist) && s.forget(ctx, p.Path) == nil {
			continue
		}
		p.Err = err
		left = append(left, p)
	}
	return left, nil
}

// errNoSource says that there is nothing to repair a path with.
var errNoSource = errors.New("no source has it")

func (s *Store) repair(ctx context.Context, p Problem, sources []Source) error {
	info, err := s.registered(ctx, p.Path)
	if err != nil {
		return err
	}
	found := errNoSource
	for _, from := range sources {
		offered, err := from.Lookup(ctx, p.Path)
		if errors.Is(err, ErrInvalid) {
			continue
		}
		if err == nil && offered.NarHash != info.NarHash {
			err = &HashError{Name: p.Path.Base(), Want: info.NarHash, Got: offered.NarHash}
		}
		if err == nil {
			err = from.Nar(ctx, p.Path, func(archive io.Reader) error { return s.exchange(ctx, info, archive) })
		}
		if err == nil {
			return nil
		}
		if errors.Is(found, errNoSource) {
			found = nil
		}
		found = errors.Join(found, err)
	}
	return found
}

// registered is Lookup for a path whose tree may be gone.
func (s *Store) registered(ctx context.Context, p storepath.Path) (Info, error) {
	d, err := s.database(ctx)
	if err != nil {
		return Info{}, err
	}
	return d.Lookup(ctx, p)
}

// exchange puts the tree of a NAR in the place of the one that info describes.
func (s *Store) exchange(ctx context.Context, info Info, archive io.Reader) error {
	if err := errors.Join(s.prepare(ctx), s.addTempRoot(ctx, info.Path)); err != nil {
		return err
	}
	real := s.Real(info.Path)
	lock, err := filelock.Acquire(ctx, real+".lock", filelock.Exclusive, func() { s.waiting("another process that adds " + info.Path.Name()) })
	if err != nil {
		return err
	}
	defer lock.Remove()
	t, err := s.unpack(ctx, info, archive)
	if err != nil {
		return err
	}
	defer t.remove()
	if err := syncTrees([]string{t.tree}); err != nil {
		return err
	}
	if err := t.take(real, "damaged"); err != nil {
		return err
	}
	if err := moveTree(t.tree, real); err != nil {
		return errors.Join(err, moveTree(filepath.Join(t.path, "damaged"), real))
	}
	return syncTrees([]string{real})
}

// forget makes a path whose tree is gone invalid, if nothing refers to it.
func (s *Store) forget(ctx context.Context, p storepath.Path) error {
	if _, err := os.Lstat(s.Real(p)); !errors.Is(err, fs.ErrNotExist) {
		return fs.ErrExist
	}
	d, err := s.database(ctx)
	if err != nil {
		return err
	}
	return d.Invalidate(ctx, []storepath.Path{p})
}

// VerifyLinks reads the files in .links, through which equal files are one, and
// returns the names of those that are not what their names say. With repair it
// removes these names: the trees that have the same files are repaired by
// themselves.
func (s *Store) VerifyLinks(ctx context.Context, repair bool) ([]string, error) {
	dir := filepath.Join(s.trees(), ".links")
	names, err := readNames(dir)
	if err != nil {
		return nil, s.explain(err)
	}
	var bad []string
	for _, name := range names {
		hash, _, err := hashTree(ctx, filepath.Join(dir, name))
		if ctx.Err() != nil {
			return bad, context.Cause(ctx)
		}
		if errors.Is(err, fs.ErrNotExist) || err == nil && hash.Nix32() == name {
			continue
		}
		bad = append(bad, name)
		if repair {
			if err := os.Remove(filepath.Join(dir, name)); err != nil {
				return bad, s.explain(err)
			}
		}
	}
	return bad, nil
}
