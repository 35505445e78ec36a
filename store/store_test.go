package store_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/db"
	"devenv/store/nixhash"
)

// tempRoot returns an empty directory for a store, whose trees the test's end can
// delete.
func tempRoot(t testing.TB) string {
	root := t.TempDir()
	t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", root).Run() })
	return root
}

// open opens the store whose root is root.
func open(t testing.TB, root string, change ...func(*store.Options)) *store.Store {
	t.Helper()
	o := store.Options{URL: root}
	for _, f := range change {
		f(&o)
	}
	s, err := store.Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

// writer returns a fill function that writes a small tree, which is another one
// for another text.
func writer(text string) func(context.Context, string) error {
	return func(_ context.Context, dir string) error {
		return errors.Join(
			os.MkdirAll(filepath.Join(dir, "bin"), 0o755),
			os.WriteFile(filepath.Join(dir, "bin/run"), []byte("#!/bin/sh\necho "+text+"\n"), 0o755),
			os.WriteFile(filepath.Join(dir, "data"), []byte(text), 0o600),
			os.Symlink("../data", filepath.Join(dir, "bin/link")),
			os.Mkdir(filepath.Join(dir, "empty"), 0o700),
		)
	}
}

func add(t testing.TB, s *store.Store, name, text string) store.Info {
	t.Helper()
	info, err := s.AddTree(t.Context(), name, nixhash.Hash{}, writer(text))
	if err != nil {
		t.Fatal(err)
	}
	return info
}

// names returns what is in the store directory.
func names(t testing.TB, root string) (found []string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(root, "nix/store"))
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.Name() != ".links" {
			found = append(found, e.Name())
		}
	}
	return found
}

func hint(t *testing.T, err error) string {
	t.Helper()
	var h interface{ Hint() string }
	if !errors.As(err, &h) {
		t.Fatalf("error without a hint: %v", err)
	}
	return h.Hint()
}

func TestAddTree(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	info := add(t, s, "tool-1", "one")
	if got, err := s.Lookup(t.Context(), info.Path); err != nil || got.NarHash != info.NarHash || got.NarSize != info.NarSize {
		t.Errorf("Lookup: %+v, %v", got, err)
	}
	if got, err := s.LookupNar(t.Context(), "tool-1", info.NarHash); err != nil || got.Path != info.Path {
		t.Errorf("LookupNar: %+v, %v", got, err)
	}
	if got := names(t, root); len(got) != 1 || got[0] != info.Path.Base() {
		t.Errorf("in the store: %q", got)
	}
	err := filepath.WalkDir(s.Real(info.Path), func(path string, d fs.DirEntry, err error) error {
		fi, err := d.Info()
		if err != nil {
			return err
		}
		want := fs.FileMode(0o555)
		if d.Name() == "data" {
			want = 0o444
		}
		if d.Type() != fs.ModeSymlink && fi.Mode()&^fs.ModeDir != want {
			t.Errorf("%s has mode %v", path, fi.Mode())
		}
		if !fi.ModTime().Equal(time.Unix(1, 0)) {
			t.Errorf("%s has time %v", path, fi.ModTime())
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
}

func TestAddTreeAgain(t *testing.T) {
	s := open(t, tempRoot(t))
	first := add(t, s, "tool", "x")
	if again := add(t, s, "tool", "x"); again.Path != first.Path || !again.Registered.Equal(first.Registered) {
		t.Errorf("second: %+v, first: %+v", again, first)
	}
	_, err := s.AddTree(t.Context(), "tool", first.NarHash, func(context.Context, string) error {
		t.Error("filled though the store has the tree")
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if other := add(t, s, "other", "x"); other.Path == first.Path {
		t.Error("the name does not count")
	}
}

func TestAddTreeFailureLeavesNothing(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	wrong, err := nixhash.Parse("sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if err != nil {
		t.Fatal(err)
	}
	boom := errors.New("boom")
	cancelled, cancel := context.WithCancel(t.Context())
	for name, tt := range map[string]struct {
		ctx  context.Context
		want nixhash.Hash
		fill func(context.Context, string) error
		is   func(error) bool
	}{
		"other hash": {t.Context(), wrong, writer("x"), func(err error) bool {
			e, ok := errors.AsType[*store.HashError](err)
			return ok && e.Want == wrong && strings.Contains(err.Error(), e.Got.SRI()) && strings.Contains(err.Error(), wrong.SRI())
		}},
		"fill fails": {t.Context(), wrong, func(ctx context.Context, dir string) error {
			return errors.Join(writer("x")(ctx, dir), os.Chmod(filepath.Join(dir, "bin"), 0o500), boom)
		}, func(err error) bool { return errors.Is(err, boom) }},
		"cancelled": {cancelled, nixhash.Hash{}, func(ctx context.Context, dir string) error {
			cancel()
			return writer("x")(ctx, dir)
		}, func(err error) bool { return errors.Is(err, context.Canceled) }},
		"fifo": {t.Context(), nixhash.Hash{}, func(_ context.Context, dir string) error {
			return syscall.Mkfifo(filepath.Join(dir, "pipe"), 0o600)
		}, func(err error) bool { return strings.Contains(err.Error(), "named pipe") }},
		"hard link out": {t.Context(), nixhash.Hash{}, func(_ context.Context, dir string) error {
			out := filepath.Join(root, "outside")
			return errors.Join(os.WriteFile(out, nil, 0o600), os.Link(out, filepath.Join(dir, "in")))
		}, func(err error) bool { return strings.Contains(err.Error(), "hard links") }},
		"disk full": {t.Context(), nixhash.Hash{}, func(_ context.Context, dir string) error {
			return &fs.PathError{Op: "write", Path: filepath.Join(dir, "x"), Err: syscall.ENOSPC}
		}, func(err error) bool {
			_, ok := errors.AsType[*store.PlaceError](err)
			return ok && errors.Is(err, syscall.ENOSPC) && strings.Contains(hint(t, err), "DEVENV_STORE")
		}},
	} {
		t.Run(name, func(t *testing.T) {
			if _, err := s.AddTree(tt.ctx, "tool", tt.want, tt.fill); err == nil || !tt.is(err) {
				t.Errorf("got %v", err)
			}
			if left := names(t, root); len(left) > 0 {
				t.Errorf("left in the store: %q", left)
			}
		})
	}
	if all, err := s.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("registered: %v, %v", all, err)
	}
}

func TestAddTreeRefusesNames(t *testing.T) {
	s := open(t, tempRoot(t))
	for _, name := range []string{"", "a/b", "..", "a b", strings.Repeat("x", 212)} {
		if _, err := s.AddTree(t.Context(), name, nixhash.Hash{}, writer("x")); err == nil {
			t.Errorf("%q was taken", name)
		}
	}
}

func TestAddTreeRemovesAttributes(t *testing.T) {
	s := open(t, tempRoot(t))
	info, err := s.AddTree(t.Context(), "x", nixhash.Hash{}, func(_ context.Context, dir string) error {
		file := filepath.Join(dir, "f")
		return errors.Join(os.WriteFile(file, []byte("x"), 0o644), setAttribute(file), os.Chmod(file, 0o6444))
	})
	if errors.Is(err, syscall.ENOTSUP) && os.Getenv("CI") != "true" {
		t.Skip("no extended attributes here")
	}
	if err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(s.Real(info.Path), "f")
	if n := countAttributes(t, file); n != 0 {
		t.Errorf("%d attributes are left", n)
	}
	if fi, err := os.Lstat(file); err != nil || fi.Mode() != 0o444 {
		t.Errorf("mode %v, %v", fi.Mode(), err)
	}
}

// TestAddTreeReplaces has something in the way that is not valid, and a valid
// path whose tree somebody deleted.
func TestAddTreeReplaces(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	info := add(t, s, "tool", "x")
	rm(t, s.Real(info.Path))
	if _, err := s.Lookup(t.Context(), info.Path); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("Lookup of a deleted tree: %v", err)
	}
	if err := os.MkdirAll(filepath.Join(s.Real(info.Path), "half"), 0o755); err != nil {
		t.Fatal(err)
	}
	run(t, "sqlite3", filepath.Join(root, "nix/var/nix/db/db.sqlite"), "delete from ValidPaths")
	if again := add(t, s, "tool", "x"); again.Path != info.Path {
		t.Errorf("got %v", again.Path)
	}
	rm(t, s.Real(info.Path))
	add(t, s, "tool", "x")
	if problems, err := s.Verify(t.Context(), true); err != nil || len(problems) > 0 {
		t.Errorf("Verify: %v, %v", problems, err)
	}
}

func rm(t *testing.T, path string) {
	t.Helper()
	run(t, "chmod", "-R", "u+w", path)
	if err := os.RemoveAll(path); err != nil {
		t.Fatal(err)
	}
}

func TestNothingIsMadeByAsking(t *testing.T) {
	root := filepath.Join(t.TempDir(), "no/such/root")
	s := open(t, root)
	h := nixhash.NewHasher(nixhash.SHA256).Sum()
	if _, err := s.LookupNar(t.Context(), "x", h); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("LookupNar: %v", err)
	}
	if all, err := s.List(t.Context()); err != nil || len(all) > 0 {
		t.Errorf("List: %v, %v", all, err)
	}
	if roots, err := s.Roots(t.Context()); err != nil || len(roots) > 0 {
		t.Errorf("Roots: %v, %v", roots, err)
	}
	if plan, err := s.PlanGC(t.Context(), store.GCOptions{}); err != nil || plan.Bytes() > 0 {
		t.Errorf("PlanGC: %v, %v", plan, err)
	}
	if problems, err := s.Verify(t.Context(), true); err != nil || len(problems) > 0 {
		t.Errorf("Verify: %v, %v", problems, err)
	}
	if _, err := os.Stat(filepath.Dir(filepath.Dir(root))); !errors.Is(err, fs.ErrNotExist) {
		t.Error("asking made directories")
	}
}

// TestUnwritable runs as somebody who may not write the store, root or not.
func TestUnwritable(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	info := add(t, s, "tool", "x")
	s.Close()
	for _, dir := range []string{filepath.Dir(root), root} {
		if err := os.Chmod(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	for _, dir := range []string{"nix", "nix/store", "nix/var/nix", "nix/var/nix/db", "nix/var/nix/gcroots", "nix/var/nix/temproots"} {
		dir = filepath.Join(root, dir)
		if err := os.Chmod(dir, 0o555); err != nil {
			t.Fatal(err)
		}
		defer os.Chmod(dir, 0o755)
	}
	if os.Geteuid() == 0 {
		if err := syscall.Seteuid(65534); err != nil {
			t.Fatal(err)
		}
		defer syscall.Seteuid(0)
	}
	if got, err := s.Lookup(t.Context(), info.Path); err != nil || got.Path != info.Path {
		t.Errorf("Lookup: %v", err)
	}
	for name, err := range map[string]error{
		"AddTree":        errOf(s.AddTree(t.Context(), "tool", nixhash.Hash{}, writer("y"))),
		"AddRoot":        s.AddRoot(t.Context(), "x", info.Path),
		"in a new place": errOf(open(t, filepath.Join(root, "nix/new")).AddTree(t.Context(), "tool", nixhash.Hash{}, writer("y"))),
	} {
		if !errors.Is(err, fs.ErrPermission) || !strings.Contains(hint(t, err), "DEVENV_STORE") {
			t.Errorf("%s: %v", name, err)
		}
	}
}

func errOf(_ store.Info, err error) error { return err }

func TestCorruptDatabase(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	info := add(t, s, "tool", "x")
	s.Close()
	dir := filepath.Join(root, "nix/var/nix/db")
	if err := os.WriteFile(filepath.Join(dir, "db.sqlite"), []byte(strings.Repeat("no database", 999)), 0o644); err != nil {
		t.Fatal(err)
	}
	_, err := s.Lookup(t.Context(), info.Path)
	if _, ok := errors.AsType[*db.CorruptError](err); !ok || !strings.Contains(hint(t, err), "mv '"+dir+"'") {
		t.Fatalf("got %v", err)
	}
	if err := os.Rename(dir, dir+".corrupt"); err != nil { // as the hint says
		t.Fatal(err)
	}
	if again := add(t, s, "tool", "x"); again.Path != info.Path {
		t.Errorf("got %v", again)
	}
	checkWhole(t, root)
}

func TestVerify(t *testing.T) {
	s := open(t, tempRoot(t))
	good, changed, gone := add(t, s, "good", "1"), add(t, s, "changed", "2"), add(t, s, "gone", "3")
	data := filepath.Join(s.Real(changed.Path), "data")
	if err := errors.Join(os.Chmod(data, 0o644), os.WriteFile(data, []byte("not 2"), 0o644)); err != nil {
		t.Fatal(err)
	}
	rm(t, s.Real(gone.Path))
	problems, err := s.Verify(t.Context(), true)
	if err != nil || len(problems) != 2 {
		t.Fatalf("got %v, %v", problems, err)
	}
	for _, p := range problems {
		switch p.Path {
		case changed.Path:
			if p.Got == p.Want || p.Want != changed.NarHash || p.Err != nil {
				t.Errorf("changed: %v", p)
			}
		case gone.Path:
			if !errors.Is(p.Err, fs.ErrNotExist) {
				t.Errorf("gone: %v", p)
			}
		case good.Path:
			t.Errorf("good: %v", p)
		}
	}
	if problems, err := s.Verify(t.Context(), false); err != nil || len(problems) != 1 {
		t.Errorf("without contents: %v, %v", problems, err)
	}
}

// run runs a program that the tests compare with.
func run(t testing.TB, name string, args ...string) string {
	t.Helper()
	if _, err := exec.LookPath(name); err != nil && os.Getenv("CI") != "true" {
		t.Skipf("%s is not installed", name)
	}
	cmd := exec.Command(name, args...)
	cmd.Env = append(os.Environ(), "NIX_CONFIG=build-users-group =")
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s %q: %v\n%s", name, args, err, stderr.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

func TestDiscardMakesRoomForTheRealTree(t *testing.T) {
	s := open(t, tempRoot(t))
	ctx := t.Context()
	fill := func(_ context.Context, dir string) error {
		return os.WriteFile(filepath.Join(dir, "f"), []byte("as published"), 0o644)
	}
	info, err := s.AddTree(ctx, "tool-1", nixhash.Hash{}, fill)
	if err != nil {
		t.Fatal(err)
	}
	if damaged, err := s.Discard(ctx, info.Path); damaged || err != nil {
		t.Fatalf("a whole tree: %v, %v", damaged, err)
	}
	file := filepath.Join(s.Real(info.Path), "f")
	if err := errors.Join(os.Chmod(file, 0o644), os.WriteFile(file, []byte("as somebody liked it"), 0o644)); err != nil {
		t.Fatal(err)
	}
	if damaged, err := s.Discard(ctx, info.Path); !damaged || err != nil {
		t.Fatalf("a changed tree: %v, %v", damaged, err)
	}
	if _, err := s.Lookup(ctx, info.Path); !errors.Is(err, store.ErrInvalid) {
		t.Fatalf("after Discard: %v", err)
	}
	again, err := s.AddTree(ctx, "tool-1", info.NarHash, fill)
	if err != nil || again.Path != info.Path {
		t.Fatalf("%v, %v", again.Path, err)
	}
	if text, err := os.ReadFile(file); err != nil || string(text) != "as published" {
		t.Errorf("%q, %v", text, err)
	}
}
