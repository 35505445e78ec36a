package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/store/storepath"
)

// link is one reason to keep a path.
type link struct {
	path storepath.Path
	why  string // for people: the link's file, or the process
}

// findRoots returns every reason to keep a path, as Nix finds them: links below
// gcroots and profiles, lists of running processes, and what running processes
// have open. Dropped links are passed over.
func (s *Store) findRoots(dropped map[string]bool) ([]link, error) {
	links, err := s.readTempRoots()
	if err != nil {
		return nil, err
	}
	for _, dir := range []string{"gcroots", "profiles"} {
		found, err := s.findLinks(s.state(dir), dropped)
		if err != nil {
			return nil, err
		}
		links = append(links, found...)
	}
	return append(links, s.runtimeRoots()...), nil
}

// findLinks looks through the directories below path. A symbolic link keeps the
// store path that it leads to, directly or by one more link outside; a file that
// is named like a store path keeps that one.
func (s *Store) findLinks(path string, dropped map[string]bool) (links []link, err error) {
	info, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || errors.Is(err, fs.ErrPermission) {
		return nil, nil
	}
	if err != nil || dropped[path] {
		return nil, err
	}
	switch {
	case info.IsDir():
		names, err := readNames(path)
		if err != nil && !errors.Is(err, fs.ErrPermission) {
			return nil, err
		}
		for _, name := range names {
			found, err := s.findLinks(filepath.Join(path, name), dropped)
			if err != nil {
				return nil, err
			}
			links = append(links, found...)
		}
	case info.Mode().Type() == fs.ModeSymlink:
		if p, ok := s.follow(path, 2); ok {
			links = append(links, link{p, path})
		}
	case info.Mode().IsRegular():
		if p, err := storepath.ParseBase(filepath.Base(path)); err == nil {
			links = append(links, link{p, path})
		}
	}
	return links, nil
}

// follow returns the store path that a symbolic link leads to, over at most hops
// links.
func (s *Store) follow(path string, hops int) (storepath.Path, bool) {
	target, err := os.Readlink(path)
	if err != nil || hops == 0 {
		return storepath.Path{}, false
	}
	if p, _, err := s.Dir().ParseInside(target); err == nil {
		return p, true
	}
	if !filepath.IsAbs(target) {
		target = filepath.Join(filepath.Dir(path), target)
	}
	return s.follow(target, hops-1)
}
