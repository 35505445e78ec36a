package host

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/store/nar"
)

// TestMountShowsWhatBelongsToIt mounts a directory of which one file does not
// belong to what is mounted.
func TestMountShowsWhatBelongsToIt(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"sub/in", "sub/out", "out"} {
		file := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(file), 0o755), os.WriteFile(file, []byte(name), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	hidden := errors.New("not tracked")
	check := func(name string) error {
		if strings.HasSuffix(name, "out") {
			return hidden
		}
		return nil
	}
	whole := filepath.Join(t.TempDir(), "whole") // what the mount should look like
	if err := errors.Join(os.MkdirAll(whole+"/sub", 0o755), os.WriteFile(whole+"/sub/in", []byte("sub/in"), 0o644)); err != nil {
		t.Fatal(err)
	}
	const at = "/nix/store/aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa-source"
	h := New(Options{Mode: Pure, Record: true})
	h.Mount(Mount{At: at, Dir: dir, Check: check, Dump: func(_ context.Context, w io.Writer) error { return nar.Dump(w, whole) }})

	if data, err := h.ReadFile(at + "/sub/in"); err != nil || string(data) != "sub/in" {
		t.Errorf("%q, %v", data, err)
	}
	if _, err := h.ReadFile(at + "/sub/out"); !errors.Is(err, hidden) {
		t.Errorf("reading what does not belong there: %v", err)
	}
	if _, err := h.Lstat(at + "/out"); !errors.Is(err, hidden) {
		t.Errorf("looking at what does not belong there: %v", err)
	}
	list, err := h.ReadDir(at)
	if err != nil || len(list) != 1 || list[0] != (eval.DirEntry{Name: "sub", Type: eval.Directory}) {
		t.Errorf("%v, %v", list, err)
	}
	ours, err := h.AddPath(t.Context(), eval.AddPath{Name: "x", Path: at})
	if err != nil {
		t.Fatal(err)
	}
	theirs, err := New(Options{}).AddPath(t.Context(), eval.AddPath{Name: "x", Path: whole})
	if err != nil || ours != theirs {
		t.Errorf("%s is added as %s, want %s, %v", at, ours, theirs, err)
	}
	if _, err := h.ReadFile(ours + "/out"); !errors.Is(err, hidden) {
		t.Errorf("what was added shows what did not belong to it: %v", err)
	}
	if item, changed := h.Changed(h.Reads(), nil); changed {
		t.Errorf("%v has changed", item)
	}
	if err := os.WriteFile(dir+"/sub/in2", nil, 0o644); err != nil {
		t.Fatal(err)
	}
	if _, changed := h.Changed(h.Reads(), nil); !changed {
		t.Error("a new file went unnoticed")
	}
	if _, err := h.ReadFile("/nowhere"); errors.Is(err, fs.ErrNotExist) {
		t.Errorf("pure mode tells what there is: %v", err)
	}
}
