package env

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/sys/unix"
)

func TestNewLayout(t *testing.T) {
	for _, c := range []struct {
		vars map[string]string
		want Layout
		err  bool
	}{
		{vars: map[string]string{"HOME": "/h"}, want: Layout{"/h/.local/state/devenv", "/h/.local/share/devenv", "/h/.cache/devenv"}},
		{vars: map[string]string{"HOME": "/h", "XDG_STATE_HOME": "/s", "XDG_CACHE_HOME": "relative"},
			want: Layout{"/s/devenv", "/h/.local/share/devenv", "/h/.cache/devenv"}},
		{vars: map[string]string{"XDG_STATE_HOME": "/s", "XDG_DATA_HOME": "/d", "XDG_CACHE_HOME": "/c"}, want: Layout{"/s/devenv", "/d/devenv", "/c/devenv"}},
		{vars: map[string]string{}, err: true},
		{vars: map[string]string{"HOME": "h"}, err: true},
	} {
		got, err := NewLayout(func(name string) string { return c.vars[name] })
		if got != c.want || (err != nil) != c.err {
			t.Errorf("%v: %+v, %v", c.vars, got, err)
		}
	}
}

// A project's place is the state directory with the project's own path behind
// it: what hooks build by joining two strings.
func TestRootMirrorsThePath(t *testing.T) {
	l := Layout{State: "/s", Data: "/d"}
	for _, dir := range []string{"/", "/a", "/a b/\n/\xff/$x'\"", "/@envy/x@env"} {
		root, err := l.Root(dir)
		if err != nil {
			t.Errorf("%q: %v", dir, err)
			continue
		}
		if want := "/s/roots" + strings.TrimSuffix(dir, "/") + "/@env"; root.Path() != want {
			t.Errorf("%q lies at %q, want %q", dir, root.Path(), want)
		}
		if back := l.dirOf(root.Path()); back != dir {
			t.Errorf("%q comes back as %q", dir, back)
		}
	}
	for _, dir := range []string{"", "a", "./a", "/a/", "//a", "/a/./b", "/a/..", "/@env", "/a/@env/b", "/a\x00b"} {
		if _, err := l.Root(dir); err == nil {
			t.Errorf("%q is taken", dir)
		}
	}
}

func TestPlacesDoNotOverlap(t *testing.T) {
	l := Layout{Data: "/d"}
	if outer, inner := l.Place("/w", "node"), l.Place("/w/node", "go"); strings.HasPrefix(inner, outer+"/") {
		t.Errorf("%s lies inside %s", inner, outer)
	}
}

// The longest path that is taken can really be used; the next one is refused
// with the number of bytes.
func TestLongPaths(t *testing.T) {
	tree, _ := testTree(t)
	dir := ""
	for len(tree.Layout.roots())+len(dir)+len("/@env")+deepest+201 < unix.PathMax {
		dir += "/" + strings.Repeat("x", 200)
	}
	rest := unix.PathMax - 1 - len(tree.Layout.roots()) - len(dir) - len("/@env") - deepest
	if rest < 2 {
		dir, rest = dir[:len(dir)-50], rest+50
	}
	dir += "/" + strings.Repeat("y", min(rest-1, 200))
	dir += strings.Repeat("z", unix.PathMax-1-len(tree.Layout.roots())-len(dir)-len("/@env")-deepest)
	b, err := tree.TryLock(dir)
	if err != nil {
		t.Fatalf("%d bytes: %v", len(dir), err)
	}
	defer b.Close()
	if _, err := b.Publish(t.Context(), Result{Status: Nothing}); err != nil {
		t.Errorf("%d bytes: %v", len(dir), err)
	}
	var long *LongPathError
	if _, err := tree.TryLock(dir + "z"); !errors.As(err, &long) || long.Over != 1 || long.Hint() == "" {
		t.Errorf("%d bytes: %v", len(dir)+1, err)
	}
}

// A component that the system does not take as a name cannot be a project that
// exists; asking for it is an error and no crash.
func TestLongNames(t *testing.T) {
	tree, _ := testTree(t)
	var disk *DiskError
	if _, err := tree.TryLock("/" + strings.Repeat("x", 256)); !errors.As(err, &disk) || !strings.Contains(disk.Hint(), "shorter names") {
		t.Errorf("%v", err)
	}
}

func TestModes(t *testing.T) {
	tree, _ := testTree(t)
	publish(t, tree, "/p", Result{Status: OK, Snapshot: &Snapshot{Dir: "/p", Scripts: map[string]string{"x": "true"}}})
	if err := tree.Layout.Trust().Allow(Subject{Dir: "/p", Digest: "d"}, tree.Now()); err != nil {
		t.Fatal(err)
	}
	for _, top := range []string{tree.Layout.State, tree.Layout.Data} {
		err := filepath.WalkDir(top, func(path string, entry os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			info, err := entry.Info()
			if err != nil {
				return err
			}
			want := os.FileMode(0o600)
			if entry.IsDir() || filepath.Base(filepath.Dir(path)) == "bin" {
				want = 0o700
			}
			if info.Mode().Perm() != want {
				t.Errorf("%s has mode %v", path, info.Mode())
			}
			return nil
		})
		if err != nil {
			t.Error(err)
		}
	}
}
