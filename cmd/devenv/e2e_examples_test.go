package main

import (
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
)

// Every example does what its README says: the lines that begin with "$ " are
// typed, in a clone of its own.
func TestExamples(t *testing.T) {
	says := map[string]string{
		"node-20": `Node 20\.`, "node-24": `Node 24\.`, "go-1.24": `go1\.24\.`, "python-3.11": `Python 3\.11\.`,
		"polyglot": `(?s)v24\..*Python 3\.11\..*go1\.24\..*hello Ada`,
	}
	readmes, err := filepath.Glob("../../examples/*/README.md")
	if err != nil || len(readmes) != len(says) {
		t.Fatalf("%d examples, and not %d: %v", len(readmes), len(says), err)
	}
	for _, readme := range readmes {
		name := filepath.Base(filepath.Dir(readme))
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			m := newMachine(t)
			dir := m.example(name)
			var printed string
			for _, command := range commands(t, readme) {
				printed += m.run(dir, "sh", "-c", command).ok().stdout
			}
			(&result{TB: t, stdout: printed}).prints(says[name])
		})
	}
}

// commands are the lines that a README shows being typed.
func commands(t *testing.T, readme string) []string {
	t.Helper()
	text, err := os.ReadFile(readme)
	if err != nil {
		t.Fatal(err)
	}
	var all []string
	for line := range strings.Lines(string(text)) {
		if command, ok := strings.CutPrefix(line, "$ "); ok {
			all = append(all, command)
		}
	}
	if len(all) == 0 {
		t.Fatalf("%s shows no command", readme)
	}
	return all
}

// What a newcomer types first, in a clone of this repository and with nothing
// but Go: it works, and leaves the clone as it was.
func TestGoRun(t *testing.T) {
	t.Parallel()
	m := newMachine(t)
	m.vars["GOFLAGS"] = ""
	m.vars["GOMODCACHE"] = strings.TrimSpace(output(t, "go", "env", "GOMODCACHE"))
	root := moduleRoot(t)
	before := contents(t, filepath.Join(root, "examples"))
	m.run(root, "go", "run", "./cmd/devenv", "develop", "-C", "examples/node-24", "-c", "node", "--version").ok().prints(`^v24\.`)
	if after := contents(t, filepath.Join(root, "examples")); !maps.Equal(before, after) {
		t.Errorf("the examples have changed: %q", slices.Sorted(maps.Keys(after)))
	}
}

// contents are the files below a directory.
func contents(t *testing.T, dir string) map[string]string {
	t.Helper()
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		data, err := os.ReadFile(path)
		files[path] = string(data)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return files
}
