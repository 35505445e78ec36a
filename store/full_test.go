package store_test

import (
	"bytes"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"devenv/store"
)

// TestFullDisk imports into a store whose files may have 64 KiB only.
func TestFullDisk(t *testing.T) {
	from := open(t, tempRoot(t))
	big, small := add(t, from, "big", strings.Repeat("0123456789", 1<<16)), add(t, from, "small", "x")
	root := tempRoot(t)
	s := open(t, root)
	copyNar := func(info store.Info) error {
		return from.Nar(t.Context(), info.Path, func(r io.Reader) error { return s.Import(t.Context(), info, r) })
	}
	if err := copyNar(small); err != nil { // the database has its files then
		t.Fatal(err)
	}
	var limit, none syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_FSIZE, &none); err != nil {
		t.Fatal(err)
	}
	limit = none
	limit.Cur = 64 << 10
	if err := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &limit); err != nil {
		t.Fatal(err)
	}
	err := copyNar(big)
	if rerr := syscall.Setrlimit(syscall.RLIMIT_FSIZE, &none); rerr != nil {
		t.Fatal(rerr)
	}
	if !errors.Is(err, syscall.EFBIG) {
		t.Errorf("got %v", err)
	}
	if got := names(t, root); len(got) != 1 {
		t.Errorf("in the store: %q", got)
	}
	checkWhole(t, root)
	if err := copyNar(big); err != nil {
		t.Errorf("once there is room: %v", err)
	}
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
