package build_test

import (
	"os/exec"
	"slices"
	"strings"
	"testing"

	"devenv/store/storepath"
)

// TestAsNix builds derivations of all kinds with Nix and here, each in a store
// of its own. Their outputs hold all that the builders saw.
func TestAsNix(t *testing.T) {
	ours, theirs := newSite(t), newSite(t)
	drvs := ours.instantiateFile("testdata/kinds.nix")
	if other := theirs.instantiateFile("testdata/kinds.nix"); !slices.Equal(drvs, other) {
		t.Fatalf("%v and %v", drvs, other)
	}
	ours.opts.ExtraPlatforms = []string{"i686-linux"}
	ours.opts.KeepGoing = true
	results, err := ours.build(drvs...)
	if err != nil {
		t.Error(err)
	}
	args := []string{"-r", "--keep-going", "--option", "system-features", "", "--option", "extra-platforms", "i686-linux"}
	for _, d := range drvs {
		args = append(args, storepath.Default.Join(d))
	}
	tryNix(t, theirs.root, "nix-store", args...)
	for _, r := range results {
		for name, p := range r.Outputs {
			ours.compare(theirs, name, p)
		}
	}
	nix(t, ours.root, "nix-store", "--verify", "--check-contents")
}

// TestFloatingAsNix does the same with outputs whose paths only builds tell.
func TestFloatingAsNix(t *testing.T) {
	ours, theirs := newSite(t), newSite(t)
	drvs := ours.instantiateFile("testdata/floating.nix")
	theirs.instantiateFile("testdata/floating.nix")
	ours.opts.KeepGoing = true
	results, err := ours.build(drvs...)
	if err != nil {
		t.Error(err)
	}
	for i, r := range results {
		var got []string
		for _, p := range r.Outputs {
			got = append(got, storepath.Default.Join(p))
		}
		want := strings.Fields(nix(t, theirs.root, "nix-store", "-r", storepath.Default.Join(drvs[i])))
		slices.Sort(got)
		slices.Sort(want)
		if !slices.Equal(got, want) {
			t.Errorf("%s: %v, with Nix %v", drvs[i], got, want)
			continue
		}
		for name, p := range r.Outputs {
			ours.compare(theirs, name, p)
		}
	}
	nix(t, ours.root, "nix-store", "--verify", "--check-contents")
}

// compare reports how the object p differs in two stores.
func (s *site) compare(other *site, output string, p storepath.Path) {
	s.Helper()
	full := storepath.Default.Join(p)
	for _, query := range []string{"--hash", "--references", "--size", "--deriver"} {
		want, err := tryNix(s.T, other.root, "nix-store", "-q", query, full)
		if err != nil {
			s.Errorf("%s: Nix did not build it", p)
			return
		}
		if got := nix(s.T, s.root, "nix-store", "-q", query, full); got != want {
			s.Errorf("%s (%s): %s is %s, with Nix %s", p, output, query, got, want)
			if query == "--hash" {
				diff, _ := exec.Command("diff", "-r", "-a", other.store.Real(p), s.store.Real(p)).CombinedOutput()
				s.Logf("%s", diff)
			}
		}
	}
}
