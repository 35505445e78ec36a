//go:build linux || darwin

package nar

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// TestReadDir compares with os.ReadDir, in a directory that takes more than one
// read.
func TestReadDir(t *testing.T) {
	dir := t.TempDir()
	for i := range 1000 {
		name := filepath.Join(dir, fmt.Sprintf("%0*d", 1+i%60, i))
		var err error
		switch i % 4 {
		case 0:
			err = os.Mkdir(name, 0o700)
		case 1:
			err = os.Symlink("/nowhere", name)
		case 2:
			err = syscall.Mkfifo(name, 0o600)
		default:
			err = os.WriteFile(name, nil, 0o600)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadDir(dir)
	if err != nil {
		t.Fatal(err)
	}
	slices.SortFunc(got, func(a, b DirEntry) int { return strings.Compare(a.Name, b.Name) })
	want, err := os.ReadDir(dir)
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d entries, not %d: %v", len(got), len(want), err)
	}
	for i, e := range want {
		if got[i] != (DirEntry{e.Name(), e.Type()}) {
			t.Errorf("%v, want %s %v", got[i], e.Name(), e.Type())
		}
	}
	if _, err := ReadDir(filepath.Join(dir, want[len(want)-1].Name(), "x")); err == nil {
		t.Error("what is not there has a list")
	}
	file := filepath.Join(dir, "file")
	if err := os.WriteFile(file, nil, 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadDir(file); !errors.Is(err, syscall.ENOTDIR) {
		t.Errorf("a file: %v", err)
	}
	if _, err := ReadDir(filepath.Join(dir, "none")); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("nothing: %v", err)
	}
}
