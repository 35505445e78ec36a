package tools_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"devenv/resolver/tools"
	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// dirStore is the smallest store there can be: trees by their store path in a directory.
type dirStore struct {
	dir   string
	added int
}

func newStore(t *testing.T) *dirStore {
	dir := t.TempDir()
	t.Cleanup(func() { writable(dir) })
	return &dirStore{dir: dir}
}

func (s *dirStore) real(tree tools.Tree) string { return filepath.Join(s.dir, tree.Path.Base()) }

func (s *dirStore) LookupNar(_ context.Context, name string, h nixhash.Hash) (tools.Tree, bool, error) {
	p, err := storepath.Default.Source(name, h, nil, false)
	if err != nil {
		return tools.Tree{}, false, err
	}
	_, err = os.Stat(filepath.Join(s.dir, p.Base()))
	return tools.Tree{Path: p, NarHash: h}, err == nil, nil
}

func (s *dirStore) AddTree(ctx context.Context, name string, want nixhash.Hash, fill func(context.Context, string) error) (tools.Tree, error) {
	tmp, err := os.MkdirTemp(s.dir, ".fill")
	if err != nil {
		return tools.Tree{}, err
	}
	defer os.RemoveAll(tmp)
	if err := fill(ctx, tmp); err != nil {
		return tools.Tree{}, err
	}
	h, _, err := nar.HashPath(tmp)
	if err != nil {
		return tools.Tree{}, err
	}
	if !want.IsZero() && want != h {
		return tools.Tree{}, fmt.Errorf("tree is %s, wanted %s", h.SRI(), want.SRI())
	}
	p, err := storepath.Default.Source(name, h, nil, false)
	if err != nil {
		return tools.Tree{}, err
	}
	s.added++
	readOnly(tmp)
	err = os.Rename(tmp, filepath.Join(s.dir, p.Base()))
	if errors.Is(err, os.ErrExist) {
		err = nil
	}
	return tools.Tree{Path: p, NarHash: h}, err
}

// readOnly makes a tree as a store would: nobody may write into it, root included where
// it looks at modes.
func readOnly(dir string) { chmodAll(dir, 0o555, 0o444) }
func writable(dir string) { chmodAll(dir, 0o755, 0o644) }

func chmodAll(dir string, dirs, files os.FileMode) {
	_ = filepath.WalkDir(dir, func(p string, d os.DirEntry, err error) error {
		if err != nil || d.Type()&os.ModeSymlink != 0 {
			return nil
		}
		mode := dirs
		if info, err := d.Info(); err == nil && !d.IsDir() {
			mode = files | info.Mode()&0o111
		}
		return os.Chmod(p, mode)
	})
}
