package tools

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"slices"

	"devenv/transfer/unpack"
)

// options turn a layout into rules for unpacking.
func (l Layout) options() unpack.Options {
	return unpack.Options{
		Strip: l.Strip,
		Exec:  func(name string) bool { return matchAny(l.Exec, name) },
		Rename: func(name string) (string, bool) {
			if base, ok := l.Rename[path.Base(name)]; ok {
				name = path.Join(path.Dir(name), base)
			}
			return name, !matchAny(l.Drop, name)
		},
	}
}

func matchAny(patterns []string, name string) bool {
	return slices.ContainsFunc(patterns, func(p string) bool {
		ok, err := path.Match(p, name)
		return ok && err == nil
	})
}

// join moves an unpacked part into the tree: what is in it to the top, or all of it to into.
func join(from, dir, into string) error {
	if into != "" {
		target := filepath.Join(dir, filepath.FromSlash(into))
		if err := os.MkdirAll(filepath.Dir(target), 0o755); err != nil {
			return err
		}
		return os.Rename(from, target)
	}
	entries, err := os.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		if err := os.Rename(filepath.Join(from, e.Name()), filepath.Join(dir, e.Name())); err != nil {
			return err
		}
	}
	return nil
}

// linkInside makes a link of the catalogue. The parts came from elsewhere and may hold links
// of their own, so that only an os.Root can tell what is inside.
func linkInside(dir, link, target string) error {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if _, err := root.Stat(path.Join(path.Dir(link), target)); err != nil {
		return nil // a version without this command
	}
	if err := root.MkdirAll(path.Dir(link), 0o755); err != nil {
		return err
	}
	if err := root.Remove(link); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	return root.Symlink(target, link)
}
