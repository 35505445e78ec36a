package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"devenv/store/filelock"
	"devenv/store/storepath"
	"golang.org/x/sys/unix"
)

// Root is a name that keeps paths, and all that they refer to, from garbage
// collection. Roots with one name are one root.
type Root struct {
	Name  string           // a slash path below gcroots/devenv
	Paths []storepath.Path // by base name
	Used  time.Time        // when it was last added
}

// AddRoot makes name keep exactly these valid paths, and notes that it is used
// now. At no moment does it keep less than the paths that it kept before and
// shall keep after. Without paths it removes the root.
func (s *Store) AddRoot(ctx context.Context, name string, paths ...storepath.Path) error {
	return s.explain(s.addRoot(ctx, name, paths))
}

func (s *Store) addRoot(ctx context.Context, name string, paths []storepath.Path) error {
	if err := s.create(); err != nil {
		return err
	}
	for _, p := range paths {
		// A collection that has begun does not see the new link.
		if err := s.addTempRoot(ctx, p); err != nil {
			return err
		}
		if _, err := s.Lookup(ctx, p); err != nil {
			return err
		}
	}
	return s.changeRoot(ctx, name, func(dir string) error {
		if len(paths) > 0 {
			if err := os.MkdirAll(dir, 0o755); err != nil {
				return err
			}
		}
		for _, p := range paths {
			if err := s.makeLink(filepath.Join(dir, p.Base()), s.Dir().Join(p)); err != nil {
				return err
			}
		}
		return removeLinks(dir, func(base string) bool {
			return !slices.ContainsFunc(paths, func(p storepath.Path) bool { return p.Base() == base })
		})
	})
}

// RemoveRoot removes a root. That there is none with this name is no error.
func (s *Store) RemoveRoot(ctx context.Context, name string) error {
	err := s.changeRoot(ctx, name, func(dir string) error {
		return removeLinks(dir, func(string) bool { return true })
	})
	return s.explain(err)
}

// changeRoot calls change with the directory of the links of a root, while no
// other process changes roots.
func (s *Store) changeRoot(ctx context.Context, name string, change func(dir string) error) error {
	top := s.state("gcroots/devenv")
	if name == "." || !fs.ValidPath(name) || strings.HasPrefix(name, ".") || strings.Contains(name, "/.") {
		return fmt.Errorf("%q is no name for a root: a relative path without empty parts and parts that begin with a dot is one", name)
	}
	if err := os.MkdirAll(top, 0o755); err != nil {
		return err
	}
	lock, err := filelock.Acquire(ctx, filepath.Join(top, ".lock"), filelock.Exclusive, func() { s.waiting("another process that changes roots") })
	if err != nil {
		return err
	}
	defer lock.Release()
	dir := filepath.Join(top, filepath.FromSlash(name))
	if err := change(dir); err != nil {
		return err
	}
	for ; dir != top; dir = filepath.Dir(dir) {
		if os.Remove(dir) != nil { // not empty: it holds other roots
			break
		}
	}
	return nil
}

// makeLink makes or replaces a symbolic link that is as old as the clock says.
func (s *Store) makeLink(name, target string) error {
	temp := filepath.Join(filepath.Dir(name), ".new")
	if err := os.Remove(temp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, temp); err != nil {
		return err
	}
	now := unix.NsecToTimespec(s.now().UnixNano())
	if err := unix.UtimesNanoAt(unix.AT_FDCWD, temp, []unix.Timespec{now, now}, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return &os.PathError{Op: "utimensat", Path: temp, Err: err}
	}
	return os.Rename(temp, name)
}

// removeLinks removes the links in dir whose names drop picks.
func removeLinks(dir string, drop func(base string) bool) error {
	entries, err := os.ReadDir(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	for _, e := range entries {
		if e.Type() == fs.ModeSymlink && drop(e.Name()) {
			err = errors.Join(err, os.Remove(filepath.Join(dir, e.Name())))
		}
	}
	return err
}

// Roots returns the roots that AddRoot made, by name.
func (s *Store) Roots(ctx context.Context) ([]Root, error) {
	top := s.state("gcroots/devenv")
	found := map[string]*Root{}
	err := filepath.WalkDir(top, func(path string, d fs.DirEntry, err error) error {
		if errors.Is(err, fs.ErrNotExist) {
			return nil
		}
		if err != nil || d.Type() != fs.ModeSymlink {
			return err
		}
		info, ierr := d.Info()
		target, lerr := os.Readlink(path)
		p, perr := s.Dir().Parse(target)
		if ierr != nil || lerr != nil || perr != nil {
			return nil // just removed, or not ours
		}
		dir, err := filepath.Rel(top, filepath.Dir(path))
		if err != nil {
			return err
		}
		name := filepath.ToSlash(dir)
		if found[name] == nil {
			found[name] = &Root{Name: name}
		}
		root := found[name]
		root.Paths = append(root.Paths, p)
		if info.ModTime().After(root.Used) {
			root.Used = info.ModTime()
		}
		return context.Cause(ctx)
	})
	var roots []Root
	for _, root := range found {
		roots = append(roots, *root)
	}
	slices.SortFunc(roots, func(a, b Root) int { return strings.Compare(a.Name, b.Name) })
	return roots, s.explain(err)
}
