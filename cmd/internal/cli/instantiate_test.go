package cli

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// TestInstantiateBesideNix holds that .drv files are written where nix-store
// finds them, with all that they refer to, and are those of nix-instantiate.
func TestInstantiateBesideNix(t *testing.T) {
	instantiate, query := realNix(t, "nix-instantiate"), realNix(t, "nix-store")
	dir := t.TempDir()
	file := filepath.Join(dir, "default.nix")
	err := os.WriteFile(file, []byte(`{ n ? "x" }: rec {
  a = derivation { name = n; builder = ./default.nix; system = "s"; text = builtins.toFile "t" "text"; };
  b = derivation { name = "b"; builder = "${a}/bin/b"; system = "s"; outputs = [ "out" "dev" ]; };
  more = { recurseForDerivations = true; c = derivation { name = "c"; builder = b.dev; system = "s"; }; };
  other = { d = a; };
  dev = b.dev;
}`), 0o644)
	if err != nil {
		t.Fatal(err)
	}
	ours, theirs := filepath.Join(dir, "ours"), filepath.Join(dir, "theirs")
	environ := []string{"HOME=" + dir, "DEVENV_STORE=" + ours}
	real := func(args ...string) string {
		cmd := exec.Command(args[0], args[1:]...)
		cmd.Env = append(os.Environ(), "HOME="+dir)
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("%v: %v", args, err)
		}
		return string(out)
	}
	for _, args := range [][]string{
		{}, {"--attr", "b"}, {"--attr", "more.c", "--attr", "a", "--argstr", "n", "other"}, {"--attr", "dev"}, {"--attr", "more"},
	} {
		got, err := answer(t, environ, append([]string{"instantiate", "--file", file}, args...)...)
		want := real(append([]string{instantiate, "--store", theirs, file}, args...)...)
		if err != nil || got != want {
			t.Fatalf("%v: %v\n got %s\nwant %s", args, err, got, want)
		}
		for line := range strings.Lines(got) {
			drv, _, _ := strings.Cut(strings.TrimSpace(line), "!")
			for _, what := range []string{"--requisites", "--references"} {
				g, w := strings.Fields(real(query, "--store", ours, "-q", what, drv)), strings.Fields(real(query, "--store", theirs, "-q", what, drv))
				slices.Sort(g)
				slices.Sort(w)
				if !slices.Equal(g, w) {
					t.Errorf("%s of %s:\n got %s\nwant %s", what, drv, g, w)
				}
			}
		}
	}
	real(query, "--store", ours, "--verify", "--check-contents")
}

// TestInstantiateRoots holds that links keep .drv files, and that what is no
// such link is left alone.
func TestInstantiateRoots(t *testing.T) {
	query := realNix(t, "nix-store")
	dir := t.TempDir()
	environ := []string{"HOME=" + dir, "DEVENV_STORE=" + filepath.Join(dir, "store")}
	expr := `map (n: derivation { name = n; builder = "b"; system = "s"; }) [ "a" "b" ]`
	link := filepath.Join(dir, "link")
	for range 2 { // the second time the links are there
		got, err := answer(t, environ, "instantiate", "--expr", expr, "--add-root", link)
		if err != nil || got != link+"\n"+link+"-2\n" {
			t.Fatalf("%q, %v", got, err)
		}
	}
	cmd := exec.Command(query, "--store", filepath.Join(dir, "store"), "--gc", "--print-roots")
	cmd.Env = append(os.Environ(), "HOME="+dir)
	roots, err := cmd.Output()
	if err != nil || strings.Count(string(roots), link) != 2 {
		t.Errorf("roots: %s %v", roots, err)
	}
	mine := filepath.Join(dir, "mine")
	if err := os.WriteFile(mine, []byte("mine"), 0o644); err != nil {
		t.Fatal(err)
	}
	if _, err := answer(t, environ, "instantiate", "--expr", expr, "--add-root", mine); err == nil {
		t.Error("a file was replaced by a link")
	}
	if text, _ := os.ReadFile(mine); string(text) != "mine" {
		t.Errorf("the file is %q", text)
	}
}
