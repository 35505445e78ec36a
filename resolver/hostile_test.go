package resolver

import (
	"fmt"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// TestLoadRefusesNesting: the TOML parsers recurse; a file of brackets would
// take all memory and end the process, which no error can stop.
func TestLoadRefusesNesting(t *testing.T) {
	const n = 1 << 20
	for _, text := range []string{"a = " + strings.Repeat("[", n), "a = " + strings.Repeat("{a=", n), "a" + strings.Repeat(".a", n) + " = 1"} {
		for _, name := range []string{"devenv.toml", "pyproject.toml"} {
			dir := tree(t, map[string]string{name: text})
			r := reader("")
			if dirs, err := r.Find(dir, nil); err != nil || len(dirs) == 0 {
				t.Errorf("%s: Find: %v %v", name, dirs, err)
			}
			if _, err := r.Load(dir); err == nil || len(err.Error()) > 500 {
				t.Errorf("%s: %.500v", name, err)
			}
		}
	}
}

// TestLoadRefusesPipeAsLock: what would be written to it waits for ever.
func TestLoadRefusesPipeAsLock(t *testing.T) {
	dir := tree(t, map[string]string{"devenv.toml": ""})
	if err := syscall.Mkfifo(filepath.Join(dir, LockName), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := reader("").Load(dir); err == nil {
		t.Error("a pipe is no lock")
	}
}

// TestLoadRefusesCountlessVersions: each would be downloaded for whoever enters.
func TestLoadRefusesCountlessVersions(t *testing.T) {
	var lines strings.Builder
	for i := range 2000 {
		fmt.Fprintf(&lines, "3.%d\n", i)
	}
	for name, text := range map[string]string{
		".python-version": lines.String(),
		".go-version":     strings.Repeat("1 ", 1<<20),
		".tool-versions":  "python" + strings.ReplaceAll("\n"+lines.String(), "\n", " "),
		"devenv.toml":     "[tools]\npython = [" + strings.Repeat("'3.1',", maxVersions+1) + "]",
	} {
		p, err := reader("").Load(tree(t, map[string]string{name: text}))
		if err == nil || len(p.Tools) > maxVersions {
			t.Errorf("%s: %d tools, %v", name, len(p.Tools), err)
		}
	}
}
