package flake

import (
	"context"
	"path"
	"path/filepath"
	"strings"

	"devenv/resolver/fetch"
	"devenv/resolver/nixlang/host"
	"devenv/store/storepath"
)

// A World is what an evaluation sees; *host.Host is one.
type World interface {
	// Mount lays a tree at its place in the store.
	Mount(m host.Mount)
	// StoreDir is the logical store directory.
	StoreDir() string
}

// mount shows a tree to an evaluation, at the place in the store that it has or
// would have, and returns that. Nothing is copied: the tree is read where it is,
// and put into the store only if something that is built refers to it.
func (s *Session) mount(ctx context.Context, w World, t *fetch.Tree) (string, error) {
	p, err := t.Path(ctx)
	if err != nil {
		return "", err
	}
	at := storepath.Dir(w.StoreDir()).Join(p)
	if known, ok := s.mounted[at]; ok && known == t {
		return at, nil
	}
	m := host.Mount{At: at, Dir: t.Real, Immutable: inStore(t, at), Dump: t.Dump}
	if t.Files != nil {
		m.Check = t.Check
	}
	w.Mount(m)
	s.mounted[at] = t
	return at, nil
}

// inStore reports whether a tree lies in a store, under the name that it has at
// a path of the logical one.
func inStore(t *fetch.Tree, at string) bool {
	name := filepath.Base(t.Real)
	return at == name || strings.Contains(at, "/"+name+"/") || strings.HasSuffix(at, "/"+name)
}

// mountedAt is the tree that a path lies in, if that is one of the evaluation's.
func (s *Session) mountedAt(file string) (place, bool) {
	for at, t := range s.mounted {
		if file == at || strings.HasPrefix(file, at+"/") {
			return place{t, strings.TrimPrefix(path.Clean(file)[len(at):], "/")}, true
		}
	}
	return place{}, false
}

// Local is a path that the evaluation knows as it lies on the disk, where that
// is a directory that somebody works in; other paths stay what they are.
func (s *Session) Local(file string) string {
	at, ok := s.mountedAt(file)
	if !ok || inStore(at.tree, file) {
		return file
	}
	return filepath.Join(at.tree.Real, at.dir)
}
