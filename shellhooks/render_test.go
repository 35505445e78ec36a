package shellhooks

import (
	"flag"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/env"
)

var update = flag.Bool("update", false, "write the golden files")

// What the scripts look like; what they do, the tests in real shells say.
func TestRendererGolden(t *testing.T) {
	layer := env.Layer{Key: "0123456789abcdfg", Bin: "/s/envs/0123456789abcdfg/bin", Snapshot: env.Snapshot{
		Dir: "/home/me/it's", Label: "node 24.21.0\n, go", Set: map[string]string{"B": "", "A": "two\nlines", "C": "\xff"}, Unset: []string{"GOROOT"},
		Prepend: map[string][]string{"PATH": {"/node/bin"}, "MANPATH": {"/man", ""}}, Enter: "make up", Leave: "make down",
	}}
	pointer := env.Pointer{
		Dir: "/home/me/it's", Generation: 7, GenFile: "/s/roots/home/me/it's/@env/gen-7", Key: layer.Key, Label: "node 24.21.0", Root: true, Message: "ready",
		Watches: []env.Watch{{Path: "/home/me/it's/go.mod", Ref: "/ref/0"}, {Path: "/home/me/it's/.nvmrc", Ref: "/ref/1"}},
		Absences: []env.Absence{{Dir: "/home/me/it's", Ref: "/ref/2", Candidates: []string{"/home/me/it's/devenv.toml"}},
			{Dir: "/up", Ref: "/ref/3", Candidates: []string{"/up/1", "/up/2", "/up/3", "/up/4", "/up/5"}}},
	}
	for _, shell := range env.Shells() {
		script, err := Renderer{}.Layer(shell, layer)
		must(t, err)
		point, err := Renderer{}.Pointer(shell, pointer)
		must(t, err)
		golden(t, "layer."+string(shell), script)
		golden(t, "pointer."+string(shell), point)
	}
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	file := filepath.Join("testdata", name)
	if *update {
		must(t, os.MkdirAll("testdata", 0o755))
		must(t, os.WriteFile(file, got, 0o644))
	}
	if want := read(t, file); want != string(got) {
		t.Errorf("%s differs:\n%s", file, got)
	}
}

func TestRendererRefuses(t *testing.T) {
	for _, shell := range env.Shells() {
		for what, s := range map[string]env.Snapshot{
			"a name that is code": {Set: map[string]string{"A;id": "x"}}, "an empty name": {Unset: []string{""}}, "a digit first": {Prepend: map[string][]string{"1A": {"x"}}},
			"NUL": {Set: map[string]string{"A": "\x00"}}, "NUL in a command": {Enter: "\x00"},
		} {
			if text, err := (Renderer{}).Layer(shell, env.Layer{Snapshot: s}); err == nil {
				t.Errorf("%s, %s: %s", shell, what, text)
			}
		}
		if text, err := (Renderer{}).Pointer(shell, env.Pointer{Dir: "/\x00"}); err == nil {
			t.Errorf("%s: %s", shell, text)
		}
	}
}

// The state tree's layout is baked into the hooks in two places: "roots" with
// "@env" and "envs". The markers are the files that resolver reads.
func TestHookKnowsTheTree(t *testing.T) {
	l := env.Layout{State: "/s p", Data: "/d", Cache: "/c"}
	root, err := l.Root("/a/b")
	must(t, err)
	for _, shell := range env.Shells() {
		hook, err := Hook(shell, l, "/bin/it's")
		must(t, err)
		if root.Pointer(shell) != "/s p/roots/a/b/@env/"+string(shell) || l.Script("k", shell) != "/s p/envs/k/"+string(shell) {
			t.Fatal("the tree is another one now: change the hooks")
		}
		for _, want := range []string{"'/s p/roots'", "'/s p/envs'", "/@env/" + string(shell), "it"} {
			if !strings.Contains(string(hook), want) {
				t.Errorf("%s: no %s", shell, want)
			}
		}
	}
	if _, err := Hook("tcsh", l, "/bin/devenv"); err == nil {
		t.Error("a hook for tcsh")
	}
}
