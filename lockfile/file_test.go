package lockfile

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestWriteAndRead(t *testing.T) {
	path := filepath.Join(t.TempDir(), "devenv.lock")
	if _, err := Read(path); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("no file: %v", err)
	}
	lock := toolLock()
	if err := Write(path, lock); err != nil {
		t.Fatal(err)
	}
	again, err := Read(path)
	if err != nil || string(again.Bytes()) != string(lock.Bytes()) {
		t.Fatalf("%v, %v", again, err)
	}
	onlyFile(t, path)
}

// onlyFile holds that nothing temporary is left beside path.
func onlyFile(t *testing.T, path string) {
	t.Helper()
	entries, err := os.ReadDir(filepath.Dir(path))
	if err != nil || len(entries) != 1 {
		t.Errorf("%v, %v", entries, err)
	}
}

func TestWriteKeepsUnchanged(t *testing.T) {
	path := filepath.Join(t.TempDir(), "devenv.lock")
	if err := Write(path, toolLock()); err != nil {
		t.Fatal(err)
	}
	past := time.Date(2001, 2, 3, 4, 5, 6, 0, time.UTC)
	if err := os.Chtimes(path, past, past); err != nil {
		t.Fatal(err)
	}
	before, _ := os.Stat(path)
	if err := Write(path, toolLock()); err != nil {
		t.Fatal(err)
	}
	after, _ := os.Stat(path)
	if !after.ModTime().Equal(past) || !os.SameFile(before, after) {
		t.Error("written although unchanged")
	}
}

func TestWriteKeepsMode(t *testing.T) {
	for _, mode := range []fs.FileMode{0o600, 0o664, 0o666} {
		path := filepath.Join(t.TempDir(), "devenv.lock")
		write(t, path, "{}")
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		if err := Write(path, toolLock()); err != nil {
			t.Fatal(err)
		}
		if info, _ := os.Stat(path); info.Mode() != mode {
			t.Errorf("mode %v, want %v", info.Mode(), mode)
		}
	}
}

func TestWriteFollowsLinks(t *testing.T) {
	dir := t.TempDir()
	path := filepath.Join(dir, "project", "devenv.lock")
	for _, d := range []string{"project", "locks/deep"} {
		if err := os.MkdirAll(filepath.Join(dir, d), 0o777); err != nil {
			t.Fatal(err)
		}
	}
	for link, target := range map[string]string{"project/devenv.lock": "shared/../second", "project/shared": "../locks/deep", "locks/second": "third"} {
		if err := os.Symlink(target, filepath.Join(dir, link)); err != nil {
			t.Fatal(err)
		}
	}
	for _, lock := range []*Lock{toolLock(), New()} { // to a file that is yet to be, then to one that is
		if err := Write(path, lock); err != nil {
			t.Fatal(err)
		}
		if info, err := os.Lstat(filepath.Join(dir, "locks/third")); err != nil || !info.Mode().IsRegular() {
			t.Errorf("%v, %v", info, err)
		}
		if info, err := os.Lstat(path); err != nil || info.Mode()&fs.ModeSymlink == 0 {
			t.Errorf("the link is gone: %v, %v", info, err)
		}
		if again, err := Read(path); err != nil || string(again.Bytes()) != string(lock.Bytes()) {
			t.Errorf("%v, %v", again, err)
		}
	}
	loop := filepath.Join(dir, "loop")
	if err := os.Symlink("loop", loop); err != nil {
		t.Fatal(err)
	}
	if err := Write(loop, New()); err == nil || !strings.Contains(err.Error(), "too many symbolic links") {
		t.Error(err)
	}
}

func TestWriteRefuses(t *testing.T) {
	path := filepath.Join(t.TempDir(), "devenv.lock")
	write(t, path, "old")
	bad := toolLock()
	bad.Nodes["root"].Inputs["x"] = Edge{Node: "nowhere"}
	for name, lock := range map[string]*Lock{
		"dangling":  bad,
		"hash":      toolLock(Tool{Name: "node", Constraint: "1", Version: "1", Source: "npm", Platforms: map[string]Platform{"x86_64-linux": {Parts: []Part{{URL: "npm:a@1", Hash: "?"}}}}}),
		"no system": toolLock(Tool{Name: "node", Constraint: "1", Version: "1", Source: "npm"}),
	} {
		var e *Error
		if err := Write(path, lock); !errors.As(err, &e) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if data, _ := os.ReadFile(path); string(data) != "old" {
		t.Errorf("overwritten: %q", data)
	}
	onlyFile(t, path)
	if err := Write(filepath.Join(path, "no", "directory"), New()); err == nil {
		t.Error("written below a file")
	}
}
