package store

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"

	"devenv/store/db"
	"devenv/store/filelock"
	"devenv/store/storepath"
)

// Execute does what a plan says, as far as it still holds: roots that were used
// since are not dropped, and what something keeps by now stays. It returns how
// many bytes of the disk that gave back.
//
// While it decides, no other process adds to the store. That takes
// milliseconds: dead paths are invalidated and moved aside, and deleted later.
func (s *Store) Execute(ctx context.Context, plan GCPlan) (freed int64, err error) {
	freed, err = s.execute(ctx, plan)
	return freed, s.explain(err)
}

func (s *Store) execute(ctx context.Context, plan GCPlan) (freed int64, err error) {
	if err := s.create(); err != nil {
		return 0, err
	}
	d, err := s.database(ctx)
	if err != nil {
		return 0, err
	}
	if len(plan.Drop)+len(plan.Dead)+len(plan.Leftover) > 0 {
		d.Release()
		trash, err := s.newTemp()
		if err != nil {
			return 0, err
		}
		err = s.discard(ctx, d, plan, trash)
		removed, rerr := trash.remove()
		freed = removed
		if err = errors.Join(err, rerr); err != nil {
			return freed, err
		}
	}
	more, err := s.removeUnusedLinks(ctx)
	return freed + more, err
}

// discard moves what is dead into trash, under the lock of the collector.
func (s *Store) discard(ctx context.Context, d *db.DB, plan GCPlan, trash *tempDir) error {
	lock, err := filelock.Acquire(ctx, s.state("gc.lock"), filelock.Exclusive, func() { s.waiting("processes that use the store's collector lock") })
	if err != nil {
		return err
	}
	defer lock.Release()
	if err := s.dropRoots(ctx, plan.Drop); err != nil {
		return err
	}
	dead, left, err := s.stillDead(ctx, d, plan)
	if err != nil {
		return err
	}
	// First they are not valid any more, then they go.
	if err := d.Invalidate(ctx, dead); err != nil {
		return err
	}
	for _, p := range dead {
		if err := trash.take(s.Real(p), p.Base()); err != nil {
			return err
		}
	}
	for _, name := range left {
		if err := s.takeLeftover(trash, name); err != nil {
			return err
		}
	}
	return nil
}

// dropRoots removes the roots that are what they were when they were planned.
func (s *Store) dropRoots(ctx context.Context, drop []Root) error {
	now, err := s.Roots(ctx)
	if err != nil {
		return err
	}
	for _, r := range drop {
		same := func(n Root) bool { return n.Name == r.Name && n.Used.Equal(r.Used) && slices.Equal(n.Paths, r.Paths) }
		if !slices.ContainsFunc(now, same) {
			continue
		}
		if err := s.RemoveRoot(ctx, r.Name); err != nil {
			return err
		}
	}
	return nil
}

// stillDead returns what of a plan's paths and leftovers nothing keeps now. What
// the plan does not name stays, and with it all that it refers to.
func (s *Store) stillDead(ctx context.Context, d *db.DB, plan GCPlan) (dead []storepath.Path, left []string, err error) {
	links, err := s.findRoots(nil)
	if err != nil {
		return nil, nil, err
	}
	objects, err := s.objects(ctx, d)
	if err != nil {
		return nil, nil, err
	}
	planned := map[storepath.Path]bool{}
	for _, p := range plan.Dead {
		planned[p.Path] = true
	}
	keep := slices.Clone(links)
	for _, info := range objects.list {
		if !planned[info.Path] {
			keep = append(keep, link{info.Path, ""})
		}
	}
	live := objects.mark(keep)
	for _, info := range objects.list {
		if _, ok := live[info.Path]; !ok {
			dead = append(dead, info.Path)
		}
	}
	if len(plan.Leftover) == 0 {
		return dead, nil, nil
	}
	expected := map[string]bool{}
	for _, l := range plan.Leftover {
		expected[l.Name] = true
	}
	now, err := s.leftovers(objects, links)
	for _, l := range now {
		if expected[l.Name] {
			left = append(left, l.Name)
		}
	}
	return dead, left, err
}

// takeLeftover moves a leftover into trash, unless it is locked by now.
func (s *Store) takeLeftover(trash *tempDir, name string) error {
	path := filepath.Join(s.trees(), name)
	isLock := strings.HasSuffix(name, ".lock")
	if !isLock && !strings.HasPrefix(name, tempPrefix) {
		return trash.take(path, name)
	}
	lock, err := filelock.TryExisting(path, filelock.Exclusive)
	if errors.Is(err, fs.ErrNotExist) || err == nil && lock == nil {
		return nil
	}
	if err != nil {
		return err
	}
	if isLock {
		return lock.Remove()
	}
	defer lock.Release()
	return trash.take(path, name)
}

// removeUnusedLinks deletes the files in .links, through which a Nix that
// optimises its store makes equal files one, that no tree uses any more.
func (s *Store) removeUnusedLinks(ctx context.Context) (freed int64, err error) {
	dir := filepath.Join(s.trees(), ".links")
	names, err := readNames(dir)
	for _, name := range names {
		if ctx.Err() != nil {
			return freed, context.Cause(ctx)
		}
		path := filepath.Join(dir, name)
		var st syscall.Stat_t
		if syscall.Lstat(path, &st) != nil || st.Nlink != 1 || st.Mode&syscall.S_IFMT == syscall.S_IFDIR {
			continue
		}
		if os.Remove(path) == nil {
			freed += st.Blocks * 512
		}
	}
	return freed, err
}
