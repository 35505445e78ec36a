//go:build upstream

// Held against a checkout of nix-lib that is fetched by hand: go test -tags
// upstream ./cmd/devenv -run NixLib, with its directory in NIX_LIB.

package main

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// nixLibDir is the checkout.
func nixLibDir(t *testing.T) string {
	t.Helper()
	lib := os.Getenv("NIX_LIB")
	if lib == "" {
		t.Fatal("NIX_LIB names no checkout of nix-lib")
	}
	return lib
}

// nixLib runs a program in the tests of nix-lib, with devenv in the place of
// nix-instantiate.
func nixLib(t *testing.T, in string, argv ...string) (string, error) {
	t.Helper()
	lib := nixLibDir(t)
	shim, err := filepath.Abs("testdata/shim")
	if err != nil {
		t.Fatal(err)
	}
	home := t.TempDir()
	if err := os.Symlink(lib, filepath.Join(home, "lib")); err != nil { // where <nixpkgs/lib> is looked for
		t.Fatal(err)
	}
	cmd := exec.Command("env", append([]string{"PATH=" + shim + ":" + os.Getenv("PATH")}, argv...)...)
	cmd.Dir, cmd.Stdin = filepath.Join(lib, "tests"), strings.NewReader(in)
	cmd.Env = append(os.Environ(), "HOME="+home, "DEVENV_STORE="+home+"/store", "TEST_LIB="+home+"/lib")
	out, err := cmd.CombinedOutput()
	return string(out), err
}

// brokenMisc are the tests of misc.nix that fail with real Nix (2.34.8) as well,
// since the library lacks what they name: isPath and
// oldestSupportedReleaseIsAtLeast.
var brokenMisc = regexp.MustCompile("^test(ToLua|ToPlist|ToPretty|PackagesFromDirectoryNestedScopes$|PlatformMatchAttrs$|WithRecursionDealsWithFunctors$)")

// TestNixLibMisc holds that the unit tests of nix-lib pass, each asked for by
// itself. The file names a variable that is not there; it is given to it.
func TestNixLibMisc(t *testing.T) {
	lib, dir := nixLibDir(t), t.TempDir()
	text, err := os.ReadFile(filepath.Join(lib, "tests", "misc.nix"))
	if err != nil {
		t.Fatal(err)
	}
	plain := filepath.Join(lib, "tests", "misc-plain.nix")
	if err := os.WriteFile(plain, []byte(strings.Replace(string(text), "\nrunTests {", "\n(x: x) {", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	defer os.Remove(plain)
	file := filepath.Join(dir, "tests.nix")
	if err := os.WriteFile(file, []byte("builtins.scopedImport { inherit (import "+lib+") versions; } "+plain), 0o644); err != nil {
		t.Fatal(err)
	}
	var names []string
	list, err := nixLib(t, "", "devenv", "-q", "eval", "--impure", "--file", file, "--apply", "builtins.attrNames", "--json")
	if err == nil {
		err = json.Unmarshal([]byte(list), &names)
	}
	if err != nil || len(names) < 300 {
		t.Fatalf("%v\n%.2000s", err, list)
	}
	in := "tests = import " + file + "\n"
	for _, n := range names {
		in += fmt.Sprintf("let t = tests.%q; in if t.expr == t.expected then \"%s is fine\" else \"no\"\n", n, n)
	}
	out, _ := nixLib(t, in, "devenv", "repl") // fails if the last of them does
	passed := 0
	for _, n := range names {
		switch {
		case strings.Contains(out, "\""+n+" is fine\"\n"):
			passed++
		case !brokenMisc.MatchString(n):
			t.Errorf("%s fails", n)
		}
	}
	t.Logf("misc.nix: %d of %d pass", passed, len(names))
}

// nixLibDefects are what is wrong in the checkout itself: with them real Nix fails the
// same tests.
var nixLibDefects = []string{"attribute 'isPath' missing", "declare-mkPackageOption.nix' does not exist", "./declaration-positions.nix ];"}

// TestNixLibModules holds that the tests of the module system pass, but for
// those that fail for a defect of the checkout.
func TestNixLibModules(t *testing.T) {
	out, _ := nixLib(t, "", "bash", "modules.sh") // fails if any test does
	_, counts, _ := strings.Cut(out, "====== module tests ======")
	if counts == "" {
		t.Fatalf("%.4000s", out)
	}
	t.Logf("modules.sh: %s", strings.Join(strings.Fields(counts), " "))
	excused := 0
	for _, block := range strings.Split(out, "ACTUAL")[1:] {
		known := false
		for _, d := range nixLibDefects {
			known = known || strings.Contains(block, d)
		}
		if known {
			excused++
		} else {
			t.Errorf("ACTUAL%.3000s", block)
		}
	}
	t.Logf("%d fail for defects of the checkout", excused)
}

// TestNixLibScripts leaves out sources.sh: it looks into store paths of an
// evaluation, which here are computed only.
func TestNixLibScripts(t *testing.T) {
	for _, script := range []string{"filesystem.sh", "network.sh"} {
		if out, err := nixLib(t, "", "bash", script); err != nil {
			t.Errorf("%s: %v\n%.3000s", script, err, out)
		}
	}
}
