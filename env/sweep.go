package env

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"golang.org/x/sys/unix"
)

// A Sweep is a plan: what nothing refers to any more. Making it changes nothing.
type Sweep struct {
	// Projects have not been used lately, and either have no directory any more
	// or were asked for by unused.
	Projects []string
	// Envs are keys that no project refers to, or only one of Projects, and
	// that have not been used lately: a process may still have them.
	Envs []string

	before time.Time
	unused bool
}

// A Use is a project that the tree knows.
type Use struct {
	Dir string
	// State is its state; Err says why there is none.
	State State
	Err   error
	// LastUsed is when a shell last entered it or a program last touched it,
	// to the day: it comes from the times of access of the files that shells
	// source, where the file system keeps them.
	LastUsed time.Time
}

// Projects returns every project that the tree knows, in the order of paths.
func (l Layout) Projects() ([]Use, error) {
	var all []Use
	err := filepath.WalkDir(l.roots(), func(path string, entry fs.DirEntry, err error) error {
		switch {
		case errors.Is(err, fs.ErrNotExist):
			return nil
		case err != nil:
			return diskError("read", path, err)
		case !entry.IsDir() || entry.Name() != rootName:
			return nil
		}
		root := Root{Dir: l.dirOf(path), path: path}
		use := Use{Dir: root.Dir, LastUsed: lastUse(root.StateFile(), root.Pointer)}
		use.State, use.Err = root.ReadState()
		all = append(all, use)
		return fs.SkipDir
	})
	return all, err
}

// lastUse is the newest of the time of a file that programs touch and the times
// at which shells read theirs.
func lastUse(touched string, script func(Shell) string) time.Time {
	latest := time.Time{}
	var st unix.Stat_t
	if unix.Stat(touched, &st) == nil {
		latest = time.Unix(st.Mtim.Unix())
	}
	for _, shell := range Shells() {
		if unix.Stat(script(shell), &st) != nil {
			continue
		}
		if read := time.Unix(st.Atim.Unix()); read.After(latest) {
			latest = read
		}
	}
	return latest
}

func (l Layout) envUse(key string) time.Time {
	return lastUse(l.snapshot(key), func(s Shell) string { return l.Script(key, s) })
}

// touchEvery is how exact last uses are.
const touchEvery = 24 * time.Hour

// Touch notes that a program uses the environment, if that was not noted within
// a day. Shells need not: reading is noted by the file system.
func (t *Tree) Touch(key string) error {
	if !isKey(key) || t.Now().Sub(t.Layout.envUse(key)) < touchEvery {
		return nil
	}
	return t.touch(key)
}

// PlanSweep finds what is not referred to and was last used before the time.
// With unused, projects that are still there count too when nobody has used
// them since: they are built again when they are next entered.
func (t *Tree) PlanSweep(before time.Time, unused bool) (Sweep, error) {
	projects, err := t.Layout.Projects()
	if err != nil {
		return Sweep{}, err
	}
	plan := Sweep{before: before, unused: unused}
	needed := map[string]bool{}
	for _, p := range projects {
		_, err := os.Lstat(p.Dir)
		if err == nil && errors.Is(p.Err, fs.ErrNotExist) {
			continue // only its pins are left
		}
		if (unused || errors.Is(err, fs.ErrNotExist)) && p.LastUsed.Before(before) {
			plan.Projects = append(plan.Projects, p.Dir)
			continue
		}
		needed[p.State.Key] = true
	}
	entries, err := os.ReadDir(t.Layout.envs())
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return Sweep{}, diskError("read", t.Layout.envs(), err)
	}
	for _, entry := range entries {
		if key := entry.Name(); isKey(key) && !needed[key] && t.Layout.envUse(key).Before(before) {
			plan.Envs = append(plan.Envs, key)
		}
	}
	return plan, nil
}

// Sweep does what the plan says, as far as it still holds: no builder publishes
// meanwhile, and everything is looked at once more. A project whose builder is
// at work is left out. An environment goes before the root of its store paths.
func (t *Tree) Sweep(ctx context.Context, plan Sweep) error {
	for _, dir := range plan.Projects {
		if err := t.drop(dir, plan); err != nil && !errors.Is(err, ErrBusy) {
			return err
		}
	}
	held, err := flock(ctx, t.Layout.sweepLock(), unix.LOCK_EX)
	if err != nil {
		return err
	}
	defer held.Close()
	now, err := t.PlanSweep(plan.before, plan.unused)
	if err != nil {
		return err
	}
	still := make(map[string]bool, len(now.Envs))
	for _, key := range now.Envs {
		still[key] = true
	}
	for _, key := range plan.Envs {
		if !still[key] {
			continue
		}
		if err := t.removeEnv(ctx, key); err != nil {
			return err
		}
	}
	return t.finishSweep(ctx)
}

func (t *Tree) drop(dir string, plan Sweep) error {
	b, err := t.TryLock(dir)
	if err != nil {
		return err
	}
	defer b.Close()
	if _, err := os.Lstat(dir); !errors.Is(err, fs.ErrNotExist) && !plan.unused {
		return nil
	}
	if !lastUse(b.root.StateFile(), b.root.Pointer).Before(plan.before) {
		return nil
	}
	return b.Remove()
}

// removeEnv takes the directory away in one step, then its root, then its files:
// what a crash leaves is finished by the next sweep.
func (t *Tree) removeEnv(ctx context.Context, key string) error {
	dir := t.Layout.Env(key)
	if err := os.Rename(dir, t.Layout.gone(key)); err != nil {
		return diskError("remove", dir, err)
	}
	return t.finishRemoval(ctx, key)
}

func (t *Tree) finishRemoval(ctx context.Context, key string) error {
	if err := t.Rooter.RemoveRoot(ctx, rootPrefix+key); err != nil {
		return err
	}
	gone := t.Layout.gone(key)
	return diskError("remove", gone, os.RemoveAll(gone))
}

// finishSweep removes what earlier sweeps and killed builders left.
func (t *Tree) finishSweep(ctx context.Context) error {
	entries, err := os.ReadDir(t.Layout.envs())
	if err != nil {
		return diskError("read", t.Layout.envs(), err)
	}
	for _, entry := range entries {
		key, isGone := strings.CutPrefix(entry.Name(), gonePrefix)
		if !isGone {
			continue
		}
		if _, err = os.Lstat(t.Layout.Env(key)); err == nil {
			err = os.RemoveAll(t.Layout.gone(key)) // it was built again; its root stays
		} else {
			err = t.finishRemoval(ctx, key)
		}
		if err != nil {
			return err
		}
	}
	return removeTemps(t.Layout.envs())
}
