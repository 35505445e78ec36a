package resolver

import (
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
