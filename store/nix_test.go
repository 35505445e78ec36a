package store_test

import (
	"errors"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"devenv/store"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// nix runs nix-store on the store at root.
func nix(t testing.TB, root string, args ...string) string {
	t.Helper()
	return run(t, "nix-store", append([]string{"--store", root}, args...)...)
}

// tree writes the sample tree outside of the store.
func tree(t *testing.T, name, text string) string {
	t.Helper()
	dir := filepath.Join(t.TempDir(), name)
	if err := errors.Join(os.Mkdir(dir, 0o755), writer(text)(t.Context(), dir)); err != nil {
		t.Fatal(err)
	}
	return dir
}

func TestNixComputesTheSamePath(t *testing.T) {
	ours, theirs := tempRoot(t), tempRoot(t)
	want := storepath.Default.Join(add(t, open(t, ours), "tool-1.2", "x").Path)
	dir := tree(t, "tool-1.2", "x")
	for _, args := range [][]string{{"--add", dir}, {"--add-fixed", "--recursive", "sha256", dir}} {
		for _, root := range []string{theirs, ours} { // into a store that has it, too
			if got := nix(t, root, args...); got != want {
				t.Errorf("nix-store %q: %s, ours: %s", args, got, want)
			}
		}
	}
}

func TestNixReadsOurStore(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	a, b := add(t, s, "a", "1"), add(t, s, "b", "2")
	full := storepath.Default.Join(a.Path)
	nix(t, root, "--verify", "--check-contents")
	for query, want := range map[string]string{
		"--references": "",
		"--hash":       a.NarHash.String(),
		"--size":       strconv.FormatInt(a.NarSize, 10),
		"--deriver":    "unknown-deriver",
	} {
		if got := nix(t, root, "-q", query, full); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	nix(t, root, "--verify-path", full, storepath.Default.Join(b.Path))
	if err := os.Chmod(filepath.Join(s.Real(a.Path), "data"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(s.Real(a.Path), "data"), []byte("changed"), 0o644); err != nil {
		t.Fatal(err)
	}
	if problems, err := s.Verify(t.Context(), true); err != nil || len(problems) != 1 {
		t.Errorf("Verify: %v, %v", problems, err)
	}
}

func TestWeReadNixsStore(t *testing.T) {
	root := tempRoot(t)
	full := nix(t, root, "--add", tree(t, "tool", "x"))
	flat := nix(t, root, "--add-fixed", "sha256", filepath.Join(tree(t, "f", "flat"), "data"))
	p, err := storepath.Default.Parse(full)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, root)
	info, err := s.Lookup(t.Context(), p)
	if err != nil || info.NarHash.String() != nix(t, root, "-q", "--hash", full) || strconv.FormatInt(info.NarSize, 10) != nix(t, root, "-q", "--size", full) {
		t.Errorf("Lookup: %+v, %v", info, err)
	}
	if info.CA != (storepath.ContentAddress{Method: storepath.NAR, Hash: info.NarHash}) {
		t.Errorf("content address %v", info.CA)
	}
	if all, err := s.List(t.Context()); err != nil || len(all) != 2 {
		t.Errorf("List: %v, %v", all, err)
	}
	if f, err := storepath.Default.Parse(flat); err != nil {
		t.Error(err)
	} else if info, err := s.Lookup(t.Context(), f); err != nil || info.CA.Method != storepath.Flat {
		t.Errorf("Lookup of a flat file: %+v, %v", info, err)
	}
	if problems, err := s.Verify(t.Context(), true); err != nil || len(problems) != 0 {
		t.Errorf("Verify: %v, %v", problems, err)
	}
	if got := add(t, s, "tool", "x"); got.Path != p {
		t.Errorf("AddTree: %v, Nix: %v", got.Path, p)
	}
}

// TestReferences reads references that Nix wrote: of a text with a path in it.
func TestReferences(t *testing.T) {
	root := tempRoot(t)
	drv := strings.TrimSpace(run(t, "nix-instantiate", "--store", root, "-E",
		`derivation { name = "d"; builder = "/x"; system = "s"; src = builtins.toFile "src" "text"; }`))
	p, err := storepath.Default.Parse(drv)
	if err != nil {
		t.Fatal(err)
	}
	s := open(t, root)
	info, err := s.Lookup(t.Context(), p)
	if err != nil || len(info.References) != 1 || info.References[0].Name() != "src" {
		t.Fatalf("Lookup: %+v, %v", info, err)
	}
	if err := s.AddRoot(t.Context(), "drv", p); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, root)
	plan, err := s.PlanGC(t.Context(), store.GCOptions{})
	if err != nil || len(plan.Dead) != 0 || len(plan.Kept) != 2 {
		t.Errorf("with the root: %+v, %v", plan, err)
	}
	if err := s.RemoveRoot(t.Context(), "drv"); err != nil {
		t.Fatal(err)
	}
	if plan, err = s.PlanGC(t.Context(), store.GCOptions{}); err != nil || len(plan.Dead) != 2 {
		t.Errorf("without: %+v, %v", plan, err)
	}
	if _, err := s.Execute(t.Context(), plan); err != nil {
		t.Error(err)
	}
	nix(t, root, "--verify", "--check-contents")
}

func TestNixCollectsOurStore(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	kept := add(t, s, "kept", "1")
	dead := add(t, s, "dead", "2")
	if err := s.AddRoot(t.Context(), "projects/p", kept.Path); err != nil {
		t.Fatal(err)
	}
	temp := add(t, s, "temp", "3")
	working := add(t, s, "working", "4")
	s.Close()

	s = open(t, root) // a process that works with one of them
	add(t, s, "working", "4")
	nix(t, root, "--gc")
	for _, info := range []store.Info{kept, working} {
		if _, err := s.Lookup(t.Context(), info.Path); err != nil {
			t.Errorf("Nix deleted what is kept: %v", err)
		}
	}
	for _, info := range []store.Info{dead, temp} {
		if _, err := s.Lookup(t.Context(), info.Path); !errors.Is(err, store.ErrInvalid) {
			t.Errorf("Nix kept %s", info.Path)
		}
	}
	if problems, err := s.Verify(t.Context(), true); err != nil || len(problems) != 0 {
		t.Errorf("Verify: %v, %v", problems, err)
	}
}

// TestWeCollectNixsStore agrees with Nix on what its own links keep.
func TestWeCollectNixsStore(t *testing.T) {
	root, home := tempRoot(t), t.TempDir()
	full := map[string]string{}
	for _, name := range []string{"profile", "indirect", "dead"} {
		full[name] = nix(t, root, "--add", tree(t, name, name))
	}
	link := filepath.Join(home, "result")
	nix(t, root, "--realise", full["indirect"], "--add-root", link, "--indirect")
	profile := filepath.Join(root, "nix/var/nix/profiles/p-1-link")
	if err := errors.Join(os.Symlink(full["profile"], profile), os.Symlink("p-1-link", filepath.Dir(profile)+"/p")); err != nil {
		t.Fatal(err)
	}
	s := open(t, root)
	check := func(what string) {
		t.Helper()
		plan, err := s.PlanGC(t.Context(), store.GCOptions{})
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, d := range plan.Dead {
			got = append(got, storepath.Default.Join(d.Path))
		}
		want := strings.Fields(nix(t, root, "--gc", "--print-dead"))
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: dead %q, to Nix %q", what, got, want)
		}
	}
	check("at first")
	if err := os.Remove(link); err != nil {
		t.Fatal(err)
	}
	check("without the indirect root")
	plan, err := s.PlanGC(t.Context(), store.GCOptions{})
	if err != nil || len(plan.Dead) != 2 {
		t.Fatalf("plan: %+v, %v", plan, err)
	}
	if _, err := s.Execute(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	check("after our collection")
	if got := nix(t, root, "-q", "--hash", full["profile"]); got == "" {
		t.Error("the profile went")
	}
}

// TestKnownHash asks for a tree by the hash that Nix says it has.
func TestKnownHash(t *testing.T) {
	dir := tree(t, "tool", "x")
	root := tempRoot(t)
	want, err := nixhash.ParseAny(run(t, "nix-hash", "--type", "sha256", "--base32", dir), nixhash.SHA256)
	if err != nil {
		t.Fatal(err)
	}
	info, err := open(t, root).AddTree(t.Context(), "tool", want, writer("x"))
	if err != nil || info.NarHash != want {
		t.Errorf("got %+v, %v", info, err)
	}
}
