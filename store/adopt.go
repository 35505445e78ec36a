package store

import (
	"context"
	"errors"
	"path/filepath"
	"slices"

	"devenv/store/db"
	"devenv/store/filelock"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// What a builder needs of the store: a place to work in, the locks of the paths
// that it makes, and a way to make trees valid that it made.

// StateDir returns the directory of the store's state, Nix's var/nix.
func (s *Store) StateDir() string { return s.state() }

// LogDir returns the directory of the store's logs, Nix's var/log/nix.
func (s *Store) LogDir() string { return s.place.Log }

// HoldNew keeps paths from every collection until s is closed, whether they are
// valid yet or not.
func (s *Store) HoldNew(ctx context.Context, paths ...storepath.Path) error {
	if len(paths) == 0 {
		return nil
	}
	if err := s.prepare(ctx); err != nil {
		return s.explain(err)
	}
	return s.explain(s.addTempRoot(ctx, paths...))
}

// Workplace makes a directory on the store's file system that only this process
// uses. Remove deletes it with all that is in it; if the process dies, the next
// one that adds to the store does.
func (s *Store) Workplace(ctx context.Context) (dir string, remove func() error, err error) {
	if err := s.prepare(ctx); err != nil {
		return "", nil, s.explain(err)
	}
	temp, err := s.newTemp()
	if err != nil {
		return "", nil, s.explain(err)
	}
	return temp.path, func() error { _, err := temp.remove(); return err }, nil
}

// Lock takes Nix's locks of the store objects with these names, as [storepath.Path.Base]
// has them, and waits for other processes that hold them. A floating output of
// a derivation, whose path is not known yet, is locked by the derivation's name,
// a dot and the output's.
func (s *Store) Lock(ctx context.Context, bases ...string) (unlock func(), err error) {
	if err := s.prepare(ctx); err != nil {
		return nil, s.explain(err)
	}
	bases = slices.Clone(bases)
	slices.Sort(bases) // the same order for all, or two could wait for each other
	var held []*filelock.Lock
	unlock = func() {
		for _, lock := range held {
			lock.Remove() //nolint:errcheck // the lock ends in any case
		}
	}
	for _, base := range slices.Compact(bases) {
		lock, err := filelock.Acquire(ctx, filepath.Join(s.trees(), base+".lock"), filelock.Exclusive, func() { s.waiting("another process that builds " + base) })
		if err != nil {
			unlock()
			return nil, s.explain(err)
		}
		held = append(held, lock)
	}
	return unlock, nil
}

// Canonicalise gives all files of trees the modes, times and owner that store
// objects have. Hard links between the trees are fine, links to elsewhere are
// errors.
func (s *Store) Canonicalise(ctx context.Context, trees ...string) error {
	return canonicalise(ctx, trees...)
}

// HashContent returns the hash of the file or tree at path by a method. If self is
// not zero the content may refer to it: the hash is then modulo its digest.
func (s *Store) HashContent(ctx context.Context, path string, m storepath.Method, a nixhash.Algo, self storepath.Path) (nixhash.Hash, error) {
	return hashContent(ctx, path, m, a, self.Digest())
}

// Adopt moves canonical trees into the store, where they become valid, all of
// them or none: trees[i], a path in a [Store.Workplace], becomes infos[i]. What
// they refer to must be valid, among them, or adopted before. The caller holds
// their locks, and none of them is valid.
//
// They are valid, and on disk, once wait has returned nil. It must be called, and
// soon; the caller holds the locks until then.
func (s *Store) Adopt(ctx context.Context, infos []Info, trees []string) (wait func() error, err error) {
	wait, err = s.adopt(ctx, infos, trees)
	return wait, s.explain(err)
}

func (s *Store) adopt(ctx context.Context, infos []Info, trees []string) (func() error, error) {
	d, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	c := commit{infos: slices.Clone(infos)}
	for i := range c.infos {
		c.infos[i].Registered = s.now()
		real := s.Real(c.infos[i].Path)
		_, err := removeTree(real) // of a killed process
		if err == nil {
			err = moveTree(trees[i], real)
		}
		if err != nil {
			return nil, errors.Join(err, s.takeBack(d, infos))
		}
		c.reals = append(c.reals, real)
	}
	if err := context.Cause(ctx); err != nil {
		return nil, errors.Join(err, s.takeBack(d, infos))
	}
	wait := s.commits.enqueue(d, c)
	return func() error {
		err := wait()
		if err != nil {
			err = s.explain(errors.Join(err, s.takeBack(d, infos)))
		}
		return err
	}, nil
}

// takeBack removes the trees of those of infos that are not valid.
func (s *Store) takeBack(d *db.DB, infos []Info) (err error) {
	for _, info := range infos {
		// A registration that was cut off may have happened all the same.
		if _, lerr := d.Lookup(context.Background(), info.Path); errors.Is(lerr, ErrInvalid) {
			_, rerr := removeTree(s.Real(info.Path))
			err = errors.Join(err, rerr)
		}
	}
	return err
}

// OutputOf returns what an output of the derivation with the given realisation
// hash became. The error is ErrInvalid if that is not known.
func (s *Store) OutputOf(ctx context.Context, drv nixhash.Hash, output string) (storepath.Path, error) {
	r, err := s.Realisation(ctx, RealisationID{Derivation: drv, Output: output})
	return r.Path, err
}

// NoteOutput remembers what an output became.
func (s *Store) NoteOutput(ctx context.Context, drv nixhash.Hash, output string, p storepath.Path) error {
	return s.RegisterRealisations(ctx, Realisation{ID: RealisationID{Derivation: drv, Output: output}, Path: p})
}
