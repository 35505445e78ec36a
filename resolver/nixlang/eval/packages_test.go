//go:build upstream

// Held against trees that are fetched by hand: go test -tags upstream, with the
// directories in NIX_LANG_TESTS, NIX_PACKAGES, NIX_CORPUS and NIX_PARSED.

package eval_test

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"runtime/debug"
	"strconv"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// TestPackageSet compares the .drv paths of a whole package set, the function
// that NIX_PACKAGES names, with those that nix-instantiate computes.
func TestPackageSet(t *testing.T) {
	set := os.Getenv("NIX_PACKAGES")
	if set == "" {
		t.Fatal("NIX_PACKAGES names no package set")
	}
	debug.SetMaxStack(4 << 30)
	call := "import " + set + ` { system = "x86_64-linux"; }`
	ev := eval.New(eval.Options{
		System: "x86_64-linux", Home: "/homeless",
		Host: host.New(host.Options{}),
	})
	var names []string
	v, err := ev.Expr("names", "builtins.attrNames ("+call+")", "/")
	if err != nil {
		t.Fatal(err)
	}
	text, err := ev.JSON(v)
	if err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal([]byte(text), &names); err != nil {
		t.Fatal(err)
	}
	paths, err := ev.Expr("set", "let p = "+call+"; in map (n: p.${n}.drvPath) (builtins.attrNames p)", "/")
	if err != nil {
		t.Fatal(err)
	}
	got := map[string]string{}
	failed := map[string]string{}
	for i, name := range names {
		v, err := ev.Select(paths, strconv.Itoa(i), nil)
		var path string
		if err == nil {
			path, err = ev.Raw(v)
		}
		if err != nil {
			failed[name] = err.Error()
			continue
		}
		got[name] = path
	}
	dir := t.TempDir()
	var good []string
	for name := range got {
		good = append(good, name)
	}
	list, _ := json.Marshal(good)
	if err := os.WriteFile(filepath.Join(dir, "names.json"), list, 0o666); err != nil {
		t.Fatal(err)
	}
	expr := "let p = " + call + "; in builtins.listToAttrs (map (n: { name = n; value = p.${n}.drvPath; }) (builtins.fromJSON (builtins.readFile " + dir + "/names.json)))"
	cmd := exec.Command("nix-instantiate", "--eval", "--strict", "--json", "--store", "dummy://", "-E", expr)
	cmd.Env = append(os.Environ(), "HOME="+dir, "NIXPKGS_CONFIG=", "NIX_PATH=")
	out, err := cmd.Output()
	if err != nil {
		t.Fatal(err, string(err.(*exec.ExitError).Stderr))
	}
	want := map[string]string{}
	if err := json.Unmarshal(out, &want); err != nil {
		t.Fatal(err)
	}
	equal := 0
	for name, path := range got {
		if want[name] != path {
			t.Errorf("%s: %s, not %s", name, path, want[name])
			continue
		}
		equal++
	}
	t.Logf("%d of %d equal; %d attributes have no drvPath", equal, len(got), len(failed))
	reasons := map[string]int{}
	for name, why := range failed {
		if !strings.Contains(why, "'drvPath' missing") && !strings.Contains(why, "expected a set") && !strings.Contains(why, "should be a set") {
			reasons[why]++
			if reasons[why] == 1 {
				t.Logf("%s: %.200s", name, why)
			}
		}
	}
}
