package env

import (
	"errors"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"
)

// age makes a file look as if it had last been read and written then.
func age(t *testing.T, when time.Time, paths ...string) {
	t.Helper()
	for _, path := range paths {
		setMtime(t, path, when)
	}
}

func ageEnv(t *testing.T, tree *Tree, key string, when time.Time) {
	t.Helper()
	age(t, when, tree.Layout.snapshot(key), tree.Layout.Script(key, Bash), tree.Layout.Script(key, Zsh), tree.Layout.Script(key, Fish))
}

func ageProject(t *testing.T, tree *Tree, dir string, when time.Time) {
	t.Helper()
	root, err := tree.Layout.Root(dir)
	check(t, err)
	age(t, when, root.StateFile(), root.Pointer(Bash), root.Pointer(Zsh), root.Pointer(Fish))
}

func TestSweep(t *testing.T) {
	tree, roots := testTree(t)
	here, gone, justGone := t.TempDir(), "/nowhere/gone", "/nowhere/just-gone"
	long, month := noon.AddDate(0, -2, 0), noon.AddDate(0, -1, 0)
	keys := map[string]string{}
	keys["gone"] = publish(t, tree, gone, good(gone, "1")).Key
	keys["just gone"] = publish(t, tree, justGone, good(justGone, "1")).Key
	keys["old"] = publish(t, tree, here, good(here, "old")).Key
	keys["recent"] = publish(t, tree, here, good(here, "recent")).Key
	keys["read"] = publish(t, tree, here, good(here, "read")).Key
	keys["current"] = publish(t, tree, here, good(here, "current")).Key
	for name, key := range keys {
		if name != "recent" {
			ageEnv(t, tree, key, long)
		}
	}
	check(t, os.Chtimes(tree.Layout.Script(keys["read"], Fish), noon, long)) // a shell has sourced it
	ageProject(t, tree, gone, long)
	ageProject(t, tree, justGone, noon)
	ageProject(t, tree, here, long)

	plan, err := tree.PlanSweep(month, false)
	check(t, err)
	want := []string{keys["old"], keys["gone"]}
	slices.Sort(want)
	if !slices.Equal(plan.Projects, []string{gone}) || !slices.Equal(plan.Envs, want) {
		t.Fatalf("plan %+v of %v", plan, keys)
	}
	before := maps.Clone(roots.roots)
	if again, err := tree.PlanSweep(month, false); err != nil || !slices.Equal(again.Envs, plan.Envs) || !maps.EqualFunc(before, roots.roots, slices.Equal) {
		t.Error("planning has changed something")
	}
	// What comes back into use between plan and execution stays.
	publish(t, tree, here, good(here, "old"))
	ageEnv(t, tree, keys["old"], long)
	check(t, tree.Sweep(t.Context(), plan))
	for name, key := range keys {
		kept := name != "gone"
		_, rooted := roots.roots["envs/"+key]
		if exists(tree.Layout.Env(key)) != kept || rooted != kept {
			t.Errorf("%s: environment %v, root %v, want %v", name, exists(tree.Layout.Env(key)), rooted, kept)
		}
	}
	if exists(filepath.Join(tree.Layout.roots(), gone)) || !exists(filepath.Join(tree.Layout.roots(), justGone)) {
		t.Error("the wrong project was dropped")
	}
}

// A sweep that was killed in the middle is finished by the next one.
func TestSweepGoesOn(t *testing.T) {
	tree, roots := testTree(t)
	key := publish(t, tree, "/nowhere", good("/nowhere", "1")).Key
	again := publish(t, tree, "/nowhere", good("/nowhere", "2")).Key
	check(t, os.Rename(tree.Layout.Env(key), tree.Layout.gone(key)))
	check(t, os.Mkdir(tree.Layout.gone(again), 0o700))
	check(t, os.Mkdir(filepath.Join(tree.Layout.envs(), tempPrefix+"1"), 0o700))
	check(t, tree.Sweep(t.Context(), Sweep{}))
	entries, err := os.ReadDir(tree.Layout.envs())
	check(t, err)
	var names []string
	for _, entry := range entries {
		names = append(names, entry.Name())
	}
	if !slices.Equal(names, []string{".lock", again}) || len(roots.roots) != 1 || roots.roots["envs/"+again] == nil {
		t.Errorf("there is %q, roots %v", names, roots.roots)
	}
}

func TestSweepLeavesBusyProjects(t *testing.T) {
	tree, _ := testTree(t)
	publish(t, tree, "/nowhere", good("/nowhere", "1"))
	ageProject(t, tree, "/nowhere", time.Unix(0, 0))
	plan, err := tree.PlanSweep(noon, false)
	check(t, err)
	b, err := tree.TryLock("/nowhere")
	check(t, err)
	defer b.Close()
	if len(plan.Projects) != 1 {
		t.Fatalf("plan %+v", plan)
	}
	check(t, tree.Sweep(t.Context(), plan))
	if _, err := b.Root().ReadState(); err != nil {
		t.Error(err)
	}
}

func TestProjects(t *testing.T) {
	tree, _ := testTree(t)
	if all, err := tree.Layout.Projects(); all != nil || err != nil {
		t.Errorf("%v, %v", all, err)
	}
	for _, dir := range []string{"/", "/b", "/b/c\n", "/a"} {
		publish(t, tree, dir, good(dir, "1"))
	}
	root, _ := tree.Layout.Root("/a")
	check(t, os.Truncate(root.StateFile(), 3))
	all, err := tree.Layout.Projects()
	check(t, err)
	var dirs []string
	for _, use := range all {
		dirs = append(dirs, use.Dir)
		if unusable := new(StateError); (use.Dir == "/a") != errors.As(use.Err, &unusable) || use.LastUsed.IsZero() {
			t.Errorf("%+v", use)
		}
	}
	if !slices.Equal(dirs, []string{"/", "/a", "/b", "/b/c\n"}) {
		t.Errorf("%q", dirs)
	}
}

func TestTouchAtMostDaily(t *testing.T) {
	tree, _ := testTree(t)
	key := publish(t, tree, "/p", good("/p", "1")).Key
	for _, c := range []struct{ ago, want time.Duration }{{23 * time.Hour, 23 * time.Hour}, {25 * time.Hour, 0}} {
		ageEnv(t, tree, key, noon.Add(-c.ago))
		check(t, tree.Touch(key))
		if used := tree.Layout.envUse(key); !used.Equal(noon.Add(-c.want)) {
			t.Errorf("used %v before, now %v", c.ago, noon.Sub(used))
		}
	}
	check(t, tree.Touch(""))
}

// An environment that is dropped is built again with the same pins, and so is
// one whose declaration comes back.
func TestSweepKeepsPins(t *testing.T) {
	tree, _ := testTree(t)
	here, gone := t.TempDir(), "/nowhere/gone"
	long, month := noon.AddDate(0, -2, 0), noon.AddDate(0, -1, 0)
	for _, dir := range []string{here, gone} {
		publish(t, tree, dir, good(dir, "1"))
		ageProject(t, tree, dir, long)
		root, err := tree.Layout.Root(dir)
		check(t, err)
		check(t, os.WriteFile(root.Lockfile(), []byte("pins"), 0o600))
	}
	plan, err := tree.PlanSweep(month, true)
	check(t, err)
	check(t, tree.Sweep(t.Context(), plan))
	root, err := tree.Layout.Root(here)
	check(t, err)
	if pins, err := os.ReadFile(root.Lockfile()); err != nil || string(pins) != "pins" || exists(root.StateFile()) || exists(root.Pointer(Zsh)) {
		t.Errorf("%q, %v", pins, err)
	}
	if exists(filepath.Join(tree.Layout.roots(), gone)) {
		t.Error("the pins of a directory that is gone are kept")
	}
	if plan, err := tree.PlanSweep(month, true); err != nil || len(plan.Projects) > 0 {
		t.Errorf("to be dropped again: %v, %v", plan.Projects, err)
	}
}
