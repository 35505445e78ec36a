package resolver

import (
	"errors"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"devenv/lockfile"
	"devenv/resolver/source"
)

func TestLoad(t *testing.T) {
	toml := "[tools]\nnode = '24'\n"
	tests := []struct {
		name            string
		files           map[string]string
		want, overruled string
		notes           int
	}{
		{"nothing", map[string]string{"README": ""}, "", "", 0},
		{"version files", map[string]string{".nvmrc": "20", "go.mod": "module x\n\ngo 1.24\n"}, "node 20@.nvmrc:1, go go 1.24@go.mod:3 soft", "", 0},
		{"manifest wins", map[string]string{"devenv.toml": toml, ".nvmrc": "20", ".python-version": "3.12\n3.11"},
			"node 24@devenv.toml:2, python 3.12@.python-version:1, python 3.11@.python-version:2", "", 0},
		{"read lists", map[string]string{"devenv.toml": "read=['.nvmrc','go.mod']\n" + toml, ".nvmrc": "20", "go.mod": "module x\ngo 1.24\n", ".python-version": "3.12"},
			"node 24@devenv.toml:3, go go 1.24@go.mod:2 soft", "node 20@.nvmrc:1", 0},
		{"read what is not there", map[string]string{"devenv.toml": "read=['.nvmrc']\n"}, "", "", 1},
		{"read nothing", map[string]string{"devenv.toml": "read=[]\n", ".nvmrc": "20"}, "", "", 0},
		{"broken file of a tool that is named", map[string]string{"devenv.toml": toml, "package.json": "{"}, "node 24@devenv.toml:2", "", 0},
		{"overruled", map[string]string{".nvmrc": "20", "package.json": `{"engines":{"node":"22"}}`}, "node 20@.nvmrc:1", "node 22@package.json:1 soft", 0},
		{"overruled and wrong", map[string]string{".nvmrc": "20", "package.json": `{"engines":{"node":"2?"}}`}, "node 20@.nvmrc:1", "", 1},
		{"twice the same", map[string]string{".tool-versions": "python 3.12 3.11 3.12"}, "python 3.12@.tool-versions:1, python 3.11@.tool-versions:1", "", 0},
		{"volta", map[string]string{"package.json": `{"volta":{"extends":"sub/base.json"}}`, "sub/base.json": `{"volta":{"extends":"../root.json"}}`, "root.json": `{"volta":{"node":"20.1.0"}}`},
			"node 20.1.0@root.json:1", "", 0},
		{"volta in a circle", map[string]string{"package.json": `{"volta":{"extends":"package.json"}}`}, "", "", 1},
		{"volta to nothing", map[string]string{"package.json": `{"volta":{"extends":"../../../nowhere.json"}}`}, "", "", 1},
		{"a directory and a dangling link", map[string]string{".nvmrc/": "", ".node-version": "->gone", ".go-version": "1.24"}, "go 1.24@.go-version:1", "", 0},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			p := load(t, tree(t, test.files))
			if got := requirements(p.Tools); got != test.want {
				t.Errorf("got  %s\nwant %s", got, test.want)
			}
			if got := requirements(p.Overruled); got != test.overruled {
				t.Errorf("overruled: got %s, want %s", got, test.overruled)
			}
			if len(p.Notes) != test.notes {
				t.Errorf("notes: %+v", p.Notes)
			}
		})
	}
}

func TestReads(t *testing.T) {
	dir := tree(t, map[string]string{"devenv.toml": "[tools]\nnode='24'\npython='3.12'\n", "go.mod": "module x\n", ".go-version/": ""})
	p := load(t, dir)
	want := ".go-version directory, .tool-versions absent, devenv.lock absent, devenv.nix absent, devenv.toml file, devenv.yaml absent, go.mod file"
	if got := reads(p); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	for _, r := range p.Reads {
		if (r.Kind == File) != (len(r.Hash) == 64) {
			t.Errorf("%+v", r)
		}
	}
}

func TestLoadReadsOnce(t *testing.T) {
	dir := tree(t, map[string]string{"devenv.toml": "root = true\n", ".nvmrc": "20"})
	r := reader("")
	if _, err := r.Find(dir, nil); err != nil {
		t.Fatal(err)
	}
	write(t, filepath.Join(dir, "devenv.toml"), "not TOML", false)
	p, err := r.Load(dir)
	if err != nil || !p.Manifest.Root {
		t.Errorf("Load saw other bytes than Find: %v", err)
	}
}

func TestLoadMistakes(t *testing.T) {
	dir := tree(t, map[string]string{".nvmrc": "a\nb", "package.json": "{", ".python-version": "3.11"})
	_, err := reader("").Load(dir)
	if err == nil || strings.Count(err.Error(), "\n") != 1 {
		t.Errorf("not both mistakes: %v", err)
	}
	dir = tree(t, map[string]string{"devenv.toml": "[tools]\nnode = [\"2\", \"2 ?\"]\n"})
	_, err = reader("").Load(dir)
	var e *source.Error
	if !errors.As(err, &e) || e.At.Line != 2 || e.At.Column != 17 || e.Source != `node = ["2", "2 ?"]` || e.Fix == "" {
		t.Errorf("%+v", err)
	}
}

func TestLoadDoesNotWait(t *testing.T) {
	dir := tree(t, nil)
	if err := syscall.Mkfifo(filepath.Join(dir, ".nvmrc"), 0o600); err != nil {
		t.Fatal(err)
	}
	if p := load(t, dir); len(p.Tools) != 0 {
		t.Error("a pipe is no version file")
	}
}

func TestLoadRefusesHugeFiles(t *testing.T) {
	dir := tree(t, map[string]string{".nvmrc": strings.Repeat("#\n", MaxFile)})
	if _, err := reader("").Load(dir); err == nil || !strings.Contains(err.Error(), "larger than") {
		t.Errorf("got %v", err)
	}
}

// TestWhoseLock: a devenv.lock is not always ours.
func TestWhoseLock(t *testing.T) {
	tools := string(lockOf(pinned("node", "20", "20.11.1", system)).Bytes())
	other := string(lockfile.New().Bytes())
	tests := []struct {
		name   string
		files  map[string]string
		own    bool
		locked bool
	}{
		{"manifest", map[string]string{"devenv.toml": "", "devenv.lock": tools}, true, true},
		{"manifest, no lock", map[string]string{"devenv.toml": ""}, true, false},
		{"manifest beside the other tool's", map[string]string{"devenv.toml": "", "devenv.nix": "{}", "devenv.lock": tools}, true, true},
		{"version files", map[string]string{".nvmrc": "20", "devenv.lock": tools}, true, true},
		{"version files, no lock", map[string]string{".nvmrc": "20"}, false, true},
		{"version files, a lock without tools", map[string]string{".nvmrc": "20", "devenv.lock": other}, false, true},
		{"version files, something else", map[string]string{".nvmrc": "20", "devenv.lock": "nodes: []"}, false, true},
		{"the other tool's", map[string]string{".nvmrc": "20", "devenv.yaml": "", "devenv.lock": tools}, false, true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			dir, state := tree(t, test.files), t.TempDir()
			write(t, filepath.Join(state, dir, "lock"), tools, false)
			p, err := reader(state).Load(dir)
			if err != nil {
				t.Fatal(err)
			}
			if own := p.LockPath == filepath.Join(dir, "devenv.lock"); own != test.own || (p.Lock != nil) != test.locked {
				t.Errorf("lock at %s, %v", p.LockPath, p.Lock)
			}
		})
	}
	if _, err := reader("").Load(tree(t, map[string]string{"devenv.toml": "", "devenv.lock": "{"})); err == nil {
		t.Error("a broken lock beside a manifest was passed over")
	}
}

func TestForeign(t *testing.T) {
	if p := load(t, tree(t, map[string]string{"devenv.yaml": "", "devenv.nix": ""})); p.Foreign != "devenv.nix" {
		t.Error(p.Foreign)
	}
}
