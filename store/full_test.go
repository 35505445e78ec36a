package store_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"devenv/store"
)

// TestFullDisk has a process import whose files may have 1 MiB only.
func TestFullDisk(t *testing.T) {
	from := open(t, tempRoot(t))
	small, big := add(t, from, "small", "x"), add(t, from, "big", strings.Repeat("0123456789", 1<<18))
	file := filepath.Join(t.TempDir(), "export")
	export, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(from.Export(t.Context(), export, small.Path, big.Path), export.Close()); err != nil {
		t.Fatal(err)
	}
	root := tempRoot(t)
	add(t, open(t, root), "first", "") // the database has its files then
	cmd := process("import:"+file, root)
	cmd.Path, cmd.Args = "/bin/sh", []string{"sh", "-c", `ulimit -f 2048 && exec "$0"`, os.Args[0]} // blocks of 512 bytes
	out, err := cmd.CombinedOutput()
	if err == nil || !strings.Contains(string(out), "file too large") {
		t.Errorf("%v: %s", err, out)
	}
	checkWhole(t, root)
	if got := names(t, root); len(got) != 2 { // the first and the small one
		t.Errorf("in the store: %q", got)
	}
	if out, err := process("import:"+file, root).CombinedOutput(); err != nil {
		t.Errorf("once there is room: %v\n%s", err, out)
	}
	nix(t, root, "--verify", "--check-contents")
}

// TestSmallDisk fills a small file system.
func TestSmallDisk(t *testing.T) {
	disk := t.TempDir()
	if out, err := exec.Command("mount", "-t", "tmpfs", "-o", "size=24m", "tmpfs", disk).CombinedOutput(); err != nil {
		t.Logf("not allowed here, TestFullDisk has the same by another limit: %s", out)
		return
	}
	t.Cleanup(func() { exec.Command("umount", "-l", disk).Run() })
	from := open(t, memoryRoot(t))
	info := add(t, from, "big", strings.Repeat("0123456789", 3<<20))
	var archive bytes.Buffer
	if err := from.Nar(t.Context(), info.Path, func(r io.Reader) error { _, err := archive.ReadFrom(r); return err }); err != nil {
		t.Fatal(err)
	}
	root := filepath.Join(disk, "s")
	s := open(t, root)
	err := s.Import(t.Context(), info, &archive)
	full, ok := errors.AsType[*store.PlaceError](err)
	if !ok || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(full.Hint(), "devenv gc") {
		t.Errorf("got %v", err)
	}
	if got := names(t, root); len(got) != 0 {
		t.Errorf("in the store: %q", got)
	}
	checkWhole(t, root)
	add(t, s, "small", "fits")
	nix(t, root, "--verify", "--check-contents")
}
