package store

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"runtime"
	"slices"
	"sync"

	"devenv/store/filelock"
	"devenv/store/nixhash"
	"devenv/store/storepath"
	"golang.org/x/sync/errgroup"
)

// Problem is a valid path whose tree is not what the database says.
type Problem struct {
	Path storepath.Path
	Want nixhash.Hash // of the NAR
	Got  nixhash.Hash // zero if the tree cannot be read
	Err  error        // why it cannot be read: fs.ErrNotExist if it is gone
}

func (p Problem) String() string {
	if p.Err != nil {
		return fmt.Sprintf("%s: %v", p.Path.Base(), p.Err)
	}
	return fmt.Sprintf("%s was changed: its hash is %s, not %s", p.Path.Base(), p.Got.SRI(), p.Want.SRI())
}

// Verify compares the store with its database, and returns what is wrong, by
// path. With checkContents it reads every file. It changes nothing. Damage to the
// database itself is an error.
func (s *Store) Verify(ctx context.Context, checkContents bool) ([]Problem, error) {
	problems, err := s.verify(ctx, checkContents)
	return problems, s.explain(err)
}

// VerifyPaths is Verify for these valid paths, and leaves the database alone.
func (s *Store) VerifyPaths(ctx context.Context, checkContents bool, paths ...storepath.Path) ([]Problem, error) {
	var list []Info
	for _, p := range paths {
		info, err := s.registered(ctx, p)
		if err != nil {
			return nil, s.explain(err)
		}
		list = append(list, info)
	}
	problems, err := s.verifyAll(ctx, list, checkContents)
	return problems, s.explain(err)
}

func (s *Store) verify(ctx context.Context, checkContents bool) ([]Problem, error) {
	d, err := s.existing(ctx)
	if d == nil || err != nil {
		return nil, err
	}
	if err := d.Check(ctx); err != nil {
		return nil, err
	}
	lock, err := filelock.Acquire(ctx, s.state("gc.lock"), filelock.Shared, func() { s.waiting("the end of a garbage collection") })
	if err != nil {
		return nil, err
	}
	defer lock.Release()
	all, err := d.All(ctx)
	if err != nil {
		return nil, err
	}
	return s.verifyAll(ctx, all, checkContents)
}

func (s *Store) verifyAll(ctx context.Context, all []Info, checkContents bool) ([]Problem, error) {
	var (
		mu       sync.Mutex
		problems []Problem
	)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(runtime.GOMAXPROCS(0))
	// The largest first, or all processors but one may wait for it in the end.
	bySize := slices.SortedStableFunc(slices.Values(all), func(a, b Info) int { return cmp.Compare(b.NarSize, a.NarSize) })
	for _, info := range bySize {
		g.Go(func() error {
			if err := context.Cause(ctx); err != nil {
				return err
			}
			if p, ok := s.verifyPath(ctx, info, checkContents); !ok {
				mu.Lock()
				problems = append(problems, p)
				mu.Unlock()
			}
			return nil
		})
	}
	err := g.Wait()
	slices.SortFunc(problems, func(a, b Problem) int { return cmp.Compare(a.Path.Base(), b.Path.Base()) })
	return problems, err
}

func (s *Store) verifyPath(ctx context.Context, info Info, checkContents bool) (Problem, bool) {
	p := Problem{Path: info.Path, Want: info.NarHash}
	real := s.Real(info.Path)
	if _, err := os.Lstat(real); err != nil || !checkContents {
		p.Err = err
		return p, err == nil
	}
	p.Got, _, p.Err = hashTree(ctx, real)
	return p, p.Err == nil && p.Got == p.Want
}
