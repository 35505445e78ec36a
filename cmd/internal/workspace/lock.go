package workspace

import (
	"context"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"devenv/lockfile"
	"devenv/resolver"
	"devenv/resolver/tools"
)

// LockOptions say what to do with the lock.
type LockOptions struct {
	Update bool     // look for newer releases
	Names  []string // of these tools only; none: of all
	Check  bool     // write nothing
}

// LockReport says what has become of it.
type LockReport struct {
	File    string            `json:"file"`
	Written bool              `json:"written"`
	Stale   []string          `json:"stale"`   // with Check: why, a line each
	Changes []lockfile.Change `json:"changes"` // old to new
	Missing []string          `json:"missing"` // systems without an archive, a line each tool
}

// Lock writes the lock of the nearest project beside it. One that has
// everything keeps its bytes, and no network is used for it.
func (w *Workspace) Lock(ctx context.Context, dir string, o LockOptions) (LockReport, error) {
	dirs, err := w.layers(dir)
	if err != nil {
		return LockReport{}, err
	}
	if len(dirs) == 0 {
		return LockReport{}, &NothingHereError{dir}
	}
	outer := dirs[:len(dirs)-1]
	p, err := w.reader().Load(dirs[len(dirs)-1])
	if err != nil {
		return LockReport{}, err
	}
	system, err := w.system()
	if err != nil {
		return LockReport{}, err
	}
	report := LockReport{File: p.OwnLock(), Stale: []string{}, Changes: []lockfile.Change{}, Missing: []string{}}
	if o.Check {
		return report, w.checkLock(&report, p, system)
	}
	old, err := w.pins(p, system, outer)
	if err != nil {
		return report, err
	}
	locked, err := resolver.Lock(ctx, resolver.LockRequest{
		Project: p, Old: old, System: system,
		Update: o.Names, All: o.Update && len(o.Names) == 0,
		Locker: locker{w}, // and no Outer: the file is the same wherever the repository lies
	})
	if err != nil {
		return report, err
	}
	if locked.Changes != nil {
		report.Changes = locked.Changes
	}
	for _, t := range locked.Tools {
		if missing := tools.Missing(t); len(missing) > 0 {
			report.Missing = append(report.Missing, fmt.Sprintf("%s %s: no source known here has it for %s",
				t.Name, t.Version, strings.Join(missing, ", ")))
		}
	}
	if p.LockPath == report.File && saysAll(p, p.Lock, locked.Lock, system) {
		return report, nil
	}
	if p.LockPath != report.File && p.Foreign != "" {
		return report, &foreignLockError{report.File, p.Foreign}
	}
	for i := range locked.Tools {
		locked.Tools[i] = w.recall(locked.Tools[i], system)
	}
	locked.Lock.SetTools(locked.Tools)
	report.Written = true
	return report, writeLock(report.File, locked.Lock)
}

// foreignLockError is a devenv.lock that this devenv must not replace.
type foreignLockError struct{ file, foreign string }

func (e *foreignLockError) Error() string {
	return fmt.Sprintf("%s belongs to the other devenv, cachix's: %s is beside it", e.file, e.foreign)
}
func (e *foreignLockError) Hint() string {
	return "the pins are kept in your own state; a devenv.toml beside it (`devenv init`) makes both share the file"
}

// writeLock writes the lock of a project. It does not follow a symbolic link
// out of the project: a cloned repository could name any file of the user's.
func writeLock(path string, lock *lockfile.Lock) error {
	if info, err := os.Lstat(path); err == nil && info.Mode()&fs.ModeSymlink != 0 && !leadsInside(path) {
		return &strayLinkError{path}
	}
	return lockfile.Write(path, lock)
}

// leadsInside says whether a link leads to something in its own directory or
// below it.
func leadsInside(path string) bool {
	dir, err := filepath.EvalSymlinks(filepath.Dir(path))
	if err != nil {
		return false
	}
	target, err := filepath.EvalSymlinks(path)
	if err != nil {
		return false
	}
	rel, err := filepath.Rel(dir, target)
	return err == nil && filepath.IsLocal(rel)
}

// strayLinkError is a link that is not followed for writing.
type strayLinkError struct{ path string }

func (e *strayLinkError) Error() string {
	return e.path + " is a symbolic link that leads out of the project, or to nothing; nothing is written through it"
}
func (e *strayLinkError) Hint() string {
	return "put a file in its place: rm " + e.path + ", then again"
}

func (w *Workspace) checkLock(report *LockReport, p *resolver.Project, system string) error {
	lock := p.Lock
	if p.LockPath != report.File || lock == nil {
		report.Stale = append(report.Stale, "it does not exist")
		return nil
	}
	stale, err := resolver.Check(p, lock, system, nil)
	for _, s := range stale {
		report.Stale = append(report.Stale, s.String())
	}
	return err
}

// saysAll reports whether a lock has everything that the wanted one has, but
// for the hashes of trees, which are told only when there is something else to
// write: a lock that is satisfied keeps its bytes.
func saysAll(p *resolver.Project, lock, wanted *lockfile.Lock, system string) bool {
	if lock == nil || len(lockfile.Diff(lock, wanted)) > 0 {
		return false
	}
	stale, err := resolver.Check(p, lock, system, nil)
	return err == nil && len(stale) == 0
}
