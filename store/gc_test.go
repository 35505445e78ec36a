package store_test

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/storepath"
)

// clock is a settable Options.Now.
type clock struct{ time.Time }

func (c *clock) now() time.Time { return c.Time }

// collector opens the store at root as a new process would: without the
// temporary roots of the one that added.
func collector(t *testing.T, root string, c *clock) *store.Store {
	t.Helper()
	return open(t, root, func(o *store.Options) { o.Now = c.now })
}

func addAndRoot(t *testing.T, s *store.Store, root string, names ...string) (infos []store.Info) {
	t.Helper()
	var paths []storepath.Path
	for _, name := range names {
		info := add(t, s, name, name)
		infos, paths = append(infos, info), append(paths, info.Path)
	}
	if root != "" {
		if err := s.AddRoot(t.Context(), root, paths...); err != nil {
			t.Fatal(err)
		}
	}
	return infos
}

func TestRoots(t *testing.T) {
	c := &clock{time.Unix(1_700_000_000, 0)}
	s := collector(t, tempRoot(t), c)
	a := addAndRoot(t, s, "projects/a", "a1", "a2")
	addAndRoot(t, s, "projects/a/nested", "n")
	later := c.Add(time.Hour)
	c.Time = later
	addAndRoot(t, s, "projects/a", "a2", "a3") // a1 is not kept any more
	roots, err := s.Roots(t.Context())
	if err != nil || len(roots) != 2 {
		t.Fatalf("got %v, %v", roots, err)
	}
	if r := roots[0]; r.Name != "projects/a" || len(r.Paths) != 2 || slices.Contains(r.Paths, a[0].Path) || !slices.Contains(r.Paths, a[1].Path) || !r.Used.Equal(later) {
		t.Errorf("got %+v", r)
	}
	if r := roots[1]; r.Name != "projects/a/nested" || !r.Used.Equal(later.Add(-time.Hour)) {
		t.Errorf("got %+v", r)
	}
	for _, name := range []string{"projects/a", "projects/a", "never/was", "projects/a/nested"} {
		if err := s.RemoveRoot(t.Context(), name); err != nil {
			t.Errorf("RemoveRoot(%q): %v", name, err)
		}
	}
	if entries, err := os.ReadDir(s.Describe().Root + "/nix/var/nix/gcroots/devenv"); err != nil || len(entries) != 1 || entries[0].Name() != ".lock" {
		t.Errorf("left: %v, %v", entries, err)
	}
	for _, name := range []string{"", ".", "..", "/x", "a//b", "a/../b", "a/", ".lock", "a/.new"} {
		if err := s.AddRoot(t.Context(), name, a[0].Path); err == nil {
			t.Errorf("a root named %q was made", name)
		}
	}
	unknown, err := storepath.ParseBase(strings.Repeat("0", 32) + "-unknown")
	if err != nil {
		t.Fatal(err)
	}
	if err := s.AddRoot(t.Context(), "x", unknown); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("AddRoot of what is not valid: %v", err)
	}
}

func TestCollect(t *testing.T) {
	root := tempRoot(t)
	c := &clock{time.Unix(1_700_000_000, 0)}
	s := collector(t, root, c)
	old := addAndRoot(t, s, "old", "o1", "shared")
	c.Time = c.Add(24 * time.Hour)
	recent := addAndRoot(t, s, "recent", "r1", "shared")
	dead := addAndRoot(t, s, "", "d1")
	s.Close()

	s = collector(t, root, c)
	plan, err := s.PlanGC(t.Context(), store.GCOptions{})
	if err != nil || len(plan.Drop) != 0 || len(plan.Kept) != 3 || len(plan.Dead) != 1 || plan.Dead[0].Path != dead[0].Path {
		t.Fatalf("no root may go: %+v, %v", plan, err)
	}
	plan, err = s.PlanGC(t.Context(), store.GCOptions{OlderThan: time.Hour})
	if err != nil || len(plan.Drop) != 1 || plan.Drop[0].Name != "old" || len(plan.Dead) != 2 || plan.Bytes() < dead[0].NarSize+old[0].NarSize {
		t.Fatalf("one root is old: %+v, %v", plan, err)
	}
	again, err := s.PlanGC(t.Context(), store.GCOptions{OlderThan: time.Hour, Keep: func(r store.Root) bool { return r.Name == "old" }})
	if err != nil || len(again.Drop) != 0 || len(again.Dead) != 1 {
		t.Fatalf("and is to be kept: %+v, %v", again, err)
	}
	freed, err := s.Execute(t.Context(), plan)
	if err != nil || freed < 4096 {
		t.Errorf("freed %d, %v", freed, err)
	}
	var want []string
	for _, info := range recent {
		want = append(want, info.Path.Base())
	}
	slices.Sort(want)
	if got := names(t, root); !slices.Equal(got, want) {
		t.Errorf("in the store: %q, want %q", got, want)
	}
	if all, err := s.List(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("valid: %v, %v", all, err)
	}
	if problems, err := s.Verify(t.Context(), true); err != nil || len(problems) != 0 {
		t.Errorf("Verify: %v, %v", problems, err)
	}
	all, err := s.PlanGC(t.Context(), store.GCOptions{Keep: func(store.Root) bool { return false }})
	if err != nil || len(all.Drop) != 1 || len(all.Dead) != 2 {
		t.Errorf("nothing to keep: %+v, %v", all, err)
	}
}

// TestExecuteChecksAgain has the world change between plan and execution.
func TestExecuteChecksAgain(t *testing.T) {
	root := tempRoot(t)
	c := &clock{time.Unix(1_700_000_000, 0)}
	s := collector(t, root, c)
	a := addAndRoot(t, s, "a", "a")
	b := addAndRoot(t, s, "", "b")
	d := addAndRoot(t, s, "", "d")
	s.Close()
	c.Time = c.Add(time.Hour)
	s = collector(t, root, c)
	plan, err := s.PlanGC(t.Context(), store.GCOptions{OlderThan: time.Minute})
	if err != nil || len(plan.Dead) != 3 {
		t.Fatal(plan, err)
	}
	other := collector(t, root, c)
	if err := other.AddRoot(t.Context(), "a", a[0].Path); err != nil { // used again
		t.Fatal(err)
	}
	addAndRoot(t, other, "", "d") // another process works with it, without a root
	if _, err := s.Execute(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	for _, info := range []store.Info{a[0], d[0]} {
		if _, err := s.Lookup(t.Context(), info.Path); err != nil {
			t.Errorf("%s went: %v", info.Path, err)
		}
	}
	if _, err := s.Lookup(t.Context(), b[0].Path); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("b stayed: %v", err)
	}
	if roots, err := s.Roots(t.Context()); err != nil || len(roots) != 1 {
		t.Errorf("roots: %v, %v", roots, err)
	}
}

func TestLeftovers(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	add(t, s, "x", "x")
	s.Close()
	trees := filepath.Join(root, "nix/store")
	hash := strings.Repeat("0", 32)
	for _, name := range []string{"tmp-dead/tree/bin", hash + "-half/bin", "not-ours"} {
		dir := filepath.Join(trees, name)
		if err := errors.Join(os.MkdirAll(dir, 0o755), os.WriteFile(dir+"/f", make([]byte, 9999), 0o444), os.Chmod(dir, 0o555)); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.WriteFile(filepath.Join(trees, hash+"-half.lock"), nil, 0o600); err != nil {
		t.Fatal(err)
	}
	s = open(t, root)
	plan, err := s.PlanGC(t.Context(), store.GCOptions{})
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, l := range plan.Leftover {
		got = append(got, l.Name)
	}
	if want := []string{hash + "-half", hash + "-half.lock", "tmp-dead"}; !reflect.DeepEqual(got, want) {
		t.Errorf("leftovers %q, want %q", got, want)
	}
	if freed, err := s.Execute(t.Context(), plan); err != nil || freed < 2*9999 {
		t.Errorf("freed %d, %v", freed, err)
	}
	if got := names(t, root); !slices.Equal(got, []string{"not-ours"}) {
		t.Errorf("in the store: %q", got)
	}
}

// TestRunningProgramIsKept starts a program out of the store.
func TestRunningProgramIsKept(t *testing.T) {
	if _, err := os.Stat("/proc/self/exe"); err != nil {
		t.Skip("only Linux tells what runs")
	}
	root := tempRoot(t)
	s := open(t, root)
	info := add(t, s, "x", "x")
	s.Close()
	s = open(t, root)
	cmd := exec.Command("sleep", "60")
	cmd.Dir = s.Real(info.Path)
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	plan, err := s.PlanGC(t.Context(), store.GCOptions{})
	cmd.Process.Kill()
	cmd.Wait()
	if err != nil || len(plan.Kept) != 1 || !strings.HasPrefix(plan.Kept[0].By, "running process") {
		t.Errorf("got %+v, %v", plan, err)
	}
	if plan, err = s.PlanGC(t.Context(), store.GCOptions{}); err != nil || len(plan.Dead) != 1 {
		t.Errorf("once it has ended: %+v, %v", plan, err)
	}
}

// A build that finds a tree in the store, and waits for other trees before it
// makes a root, keeps it meanwhile.
func TestHold(t *testing.T) {
	dir := tempRoot(t)
	s := open(t, dir)
	held, other := add(t, s, "held", "x"), add(t, s, "other", "y")
	s.Close()
	builder, collector := open(t, dir), open(t, dir)
	if _, err := builder.Hold(t.Context(), held.Path); err != nil {
		t.Fatal(err)
	}
	plan, err := collector.PlanGC(t.Context(), store.GCOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := collector.Execute(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if _, err := builder.Hold(t.Context(), held.Path); err != nil {
		t.Errorf("what is held was deleted: %v", err)
	}
	if _, err := builder.Hold(t.Context(), other.Path); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("what was deleted can be held: %v", err)
	}
}
