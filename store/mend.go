package store

import (
	"context"
	"errors"

	"devenv/store/filelock"
	"devenv/store/storepath"
)

// Discard reads the whole tree at p and compares it with its hash. A tree that
// somebody changed is taken away, so that p is not valid until AddTree makes it
// anew; it reports whether that was so. A path that is not valid is none to
// discard.
func (s *Store) Discard(ctx context.Context, p storepath.Path) (bool, error) {
	damaged, err := s.takeDamaged(ctx, p)
	return damaged, s.explain(err)
}

func (s *Store) takeDamaged(ctx context.Context, p storepath.Path) (bool, error) {
	info, err := s.Lookup(ctx, p)
	if errors.Is(err, ErrInvalid) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	if _, whole := s.verifyPath(ctx, info, true); whole {
		return false, nil
	}
	lock, err := filelock.Acquire(ctx, s.Real(p)+".lock", filelock.Exclusive, func() { s.waiting("another process that adds " + p.Name()) })
	if err != nil {
		return false, err
	}
	defer lock.Remove()
	if _, whole := s.verifyPath(ctx, info, true); whole { // it was mended meanwhile
		return false, nil
	}
	temp, err := s.newTemp()
	if err != nil {
		return false, err
	}
	defer temp.remove()
	return true, temp.take(s.Real(p), "damaged")
}
