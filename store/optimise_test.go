package store_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/nixhash"
)

// duplicates writes files that are the same for every call, and one that is not.
func duplicates(own string) func(context.Context, string) error {
	return func(_ context.Context, dir string) error {
		err := os.Symlink("same", filepath.Join(dir, "link"))
		for name, text := range map[string]string{"a": "text", "b": "text", "empty": "", "own": own} {
			err = errors.Join(err, os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644))
		}
		return errors.Join(err, os.WriteFile(filepath.Join(dir, "run"), []byte("text"), 0o755))
	}
}

func addDuplicates(t *testing.T, s *store.Store, name string) store.Info {
	t.Helper()
	info, err := s.AddTree(t.Context(), name, nixhash.Hash{}, duplicates(name))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

func inode(t *testing.T, path ...string) uint64 {
	t.Helper()
	var st syscall.Stat_t
	if err := syscall.Lstat(filepath.Join(path...), &st); err != nil {
		t.Fatal(err)
	}
	return st.Ino
}

// TestOptimiseBesideNix has each of both find what the other linked.
func TestOptimiseBesideNix(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	x := addDuplicates(t, s, "x")
	done, err := s.Optimise(t.Context())
	if err != nil || done.Files != 1 || done.Bytes != 4 { // b is a
		t.Errorf("Optimise: %+v, %v", done, err)
	}
	links := filepath.Join(root, "nix/store/.links")
	before, _ := os.ReadDir(links)
	nix(t, root, "--optimise")
	if after, _ := os.ReadDir(links); fmt.Sprint(before) != fmt.Sprint(after) {
		t.Errorf("links %v, after Nix %v", before, after)
	}
	y := addDuplicates(t, s, "y")
	nix(t, root, "--optimise")
	z := addDuplicates(t, s, "z")
	if done, err = s.Optimise(t.Context()); err != nil || done.Files != 5 { // a, b, run, empty, link
		t.Errorf("after Nix: %+v, %v", done, err)
	}
	for _, name := range []string{"a", "b", "run", "empty", "link"} {
		if i := inode(t, s.Real(x.Path), name); i != inode(t, s.Real(y.Path), name) || i != inode(t, s.Real(z.Path), name) {
			t.Errorf("%s is not one file", name)
		}
	}
	if again, err := s.Optimise(t.Context()); err != nil || again != (store.Optimised{}) {
		t.Errorf("again: %+v, %v", again, err)
	}
	if info, err := os.Stat(s.Real(z.Path)); err != nil || info.Mode().Perm() != 0o555 || !info.ModTime().Equal(time.Unix(1, 0)) {
		t.Errorf("the tree is not canonical any more: %v, %v", info, err)
	}
	nix(t, root, "--verify", "--check-contents")
	checkWhole(t, root)
	if bad, err := s.VerifyLinks(t.Context(), false); err != nil || len(bad) > 0 {
		t.Errorf("VerifyLinks: %q, %v", bad, err)
	}
}

func TestAutoOptimise(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root, func(o *store.Options) {
		o.Getenv = func(name string) string {
			return map[string]string{"NIX_CONFIG": "auto-optimise-store = true"}[name]
		}
	})
	x, y := addDuplicates(t, s, "x"), addDuplicates(t, s, "y")
	if inode(t, s.Real(x.Path), "run") != inode(t, s.Real(y.Path), "run") {
		t.Error("not one file")
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, root); len(got) != 2 {
		t.Errorf("in the store: %q", got)
	}
	nix(t, root, "--verify", "--check-contents")
}

// TestDamagedLink has a file in .links that somebody wrote into.
func TestDamagedLink(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	x := addDuplicates(t, s, "x")
	if _, err := s.Optimise(t.Context()); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.Real(x.Path), "a")
	if err := errors.Join(os.Chmod(file, 0o644), os.WriteFile(file, []byte("TEXT"), 0o644), os.Chmod(file, 0o444)); err != nil {
		t.Fatal(err)
	}
	bad, err := s.VerifyLinks(t.Context(), true)
	if err != nil || len(bad) != 1 {
		t.Fatalf("VerifyLinks: %q, %v", bad, err)
	}
	problems, err := s.Verify(t.Context(), true)
	if err != nil || len(problems) != 1 {
		t.Fatalf("Verify: %v, %v", problems, err)
	}
	other := open(t, tempRoot(t))
	if left, err := s.Repair(t.Context(), problems, other); err != nil || len(left) != 1 || !strings.Contains(left[0].String(), "no source") {
		t.Errorf("Repair without a source: %v, %v", left, err)
	}
	addDuplicates(t, other, "x")
	if left, err := s.Repair(t.Context(), problems, open(t, tempRoot(t)), other); err != nil || len(left) != 0 {
		t.Errorf("Repair: %v, %v", left, err)
	}
	nix(t, root, "--verify", "--check-contents")
	checkWhole(t, root)
}

// TestRepairForgets has trees that are gone: one that nothing needs, one that a
// source has.
func TestRepairForgets(t *testing.T) {
	root := tempRoot(t)
	s, other := open(t, root), open(t, tempRoot(t))
	gone, back := addDuplicates(t, s, "gone"), addDuplicates(t, s, "back")
	addDuplicates(t, other, "back")
	run(t, "chmod", "-R", "u+w", s.Real(gone.Path), s.Real(back.Path))
	if err := errors.Join(os.RemoveAll(s.Real(gone.Path)), os.RemoveAll(s.Real(back.Path))); err != nil {
		t.Fatal(err)
	}
	problems, err := s.Verify(t.Context(), false)
	if err != nil || len(problems) != 2 {
		t.Fatalf("Verify: %v, %v", problems, err)
	}
	if left, err := s.Repair(t.Context(), problems, other); err != nil || len(left) != 0 {
		t.Errorf("Repair: %v, %v", left, err)
	}
	if all, err := s.List(t.Context()); err != nil || len(all) != 1 || all[0].Path != back.Path {
		t.Errorf("valid: %v, %v", all, err)
	}
	nix(t, root, "--verify", "--check-contents")
}
