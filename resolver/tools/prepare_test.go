package tools

import (
	"context"
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
)

// placeOf is a place with a link into a tree that has a command and what it may link to.
func placeOf(t *testing.T, place, version string) (c Contribution, tree string) {
	t.Helper()
	tree = filepath.Join(t.TempDir(), "tree-"+version)
	for _, f := range []string{"bin/corepack", "lib/dist/pnpm.js"} {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(tree, f)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(tree, f), nil, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	return Contribution{
		Place: place,
		Dirs:  []string{filepath.Join(place, "shims"), filepath.Join(place, "npm/bin")},
		Links: map[string]string{filepath.Join(place, "shims/corepack"): filepath.Join(tree, "bin/corepack")},
		Setup: [][]string{{"make", "venv"}},
	}, tree
}

func TestPrepareOnce(t *testing.T) {
	c, _ := placeOf(t, filepath.Join(t.TempDir(), "new/place"), "1")
	var ran atomic.Int32
	run := func(context.Context, []string) error { ran.Add(1); return nil }
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			if err := Prepare(t.Context(), c, run); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if ran.Load() != 1 {
		t.Errorf("setup ran %d times", ran.Load())
	}
	if _, err := os.Stat(filepath.Join(c.Place, "shims/corepack")); err != nil {
		t.Error(err)
	}
	c.Setup = [][]string{{"make", "another"}}
	if err := Prepare(t.Context(), c, run); err != nil || ran.Load() != 2 {
		t.Errorf("another setup: %v, ran %d times", err, ran.Load())
	}
}

func TestPrepareFails(t *testing.T) {
	c, _ := placeOf(t, t.TempDir(), "1")
	boom := errors.New("boom")
	err := Prepare(t.Context(), c, func(context.Context, []string) error { return boom })
	if !errors.Is(err, boom) || !strings.Contains(err.Error(), "make venv") {
		t.Error(err)
	}
	ran := false
	if err := Prepare(t.Context(), c, func(context.Context, []string) error { ran = true; return nil }); err != nil || !ran {
		t.Errorf("a setup that failed runs again: %v", err)
	}
}

// What a tool linked beside our link follows to the next tree; the user's own links stay.
func TestLinksFollow(t *testing.T) {
	place := t.TempDir()
	nothing := func(context.Context, []string) error { return nil }
	old, oldTree := placeOf(t, place, "1")
	if err := Prepare(t.Context(), old, nothing); err != nil {
		t.Fatal(err)
	}
	shims := filepath.Join(place, "shims")
	relative, err := filepath.Rel(shims, filepath.Join(oldTree, "lib/dist/pnpm.js"))
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{
		"pnpm": relative, "gone": filepath.Join(oldTree, "lib/dist/gone.js"), "mine": "/bin/sh",
	} {
		if err := os.Symlink(target, filepath.Join(shims, name)); err != nil {
			t.Fatal(err)
		}
	}
	next, newTree := placeOf(t, place, "2")
	if err := Prepare(t.Context(), next, nothing); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"corepack": filepath.Join(newTree, "bin/corepack"),
		"pnpm":     filepath.Join(newTree, "lib/dist/pnpm.js"),
		"gone":     filepath.Join(oldTree, "lib/dist/gone.js"),
		"mine":     "/bin/sh",
	} {
		if got, err := os.Readlink(filepath.Join(shims, name)); got != want {
			t.Errorf("%s: %q, %v; want %q", name, got, err, want)
		}
	}
}

func TestSomethingElseInTheWay(t *testing.T) {
	c, _ := placeOf(t, t.TempDir(), "1")
	shims := filepath.Join(c.Place, "shims")
	if err := os.MkdirAll(shims, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(shims, "corepack"), []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	err := Prepare(t.Context(), c, func(context.Context, []string) error { return nil })
	if err == nil || !strings.Contains(err.Error(), "move it away") {
		t.Error(err)
	}
	if data, _ := os.ReadFile(filepath.Join(shims, "corepack")); string(data) != "mine" {
		t.Error("a file of the user's was replaced")
	}
}

func TestExpand(t *testing.T) {
	vars := builtin(t, "python").versionVars("3.13.0rc2")
	for template, want := range map[string]string{"": "", "{major}/{minor}/{version}": "3/3.13/3.13.0rc2", "{x}": "", "{{minor}}": "{3.13}"} {
		if got, err := expand(template, vars); got != want || (err == nil) == slices.Contains([]string{"{x}"}, template) {
			t.Errorf("%q: %q, %v", template, got, err)
		}
	}
	if v := builtin(t, "go").versionVars("1.24rc1"); v["minor"] != "1.24" || v["major"] != "1" {
		t.Error(v)
	}
}
