package env

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// inNamespace runs the test binary where it may mount file systems.
func inNamespace(t *testing.T, role string) {
	t.Helper()
	cmd := inRole(role, t.TempDir())
	cmd.SysProcAttr = &syscall.SysProcAttr{
		Cloneflags:  syscall.CLONE_NEWUSER | syscall.CLONE_NEWNS,
		UidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getuid(), Size: 1}},
		GidMappings: []syscall.SysProcIDMap{{ContainerID: 0, HostID: os.Getgid(), Size: 1}},
	}
	out, err := cmd.CombinedOutput()
	switch {
	case cmd.Process == nil && os.Getenv("CI") != "true":
		t.Skip(err)
	case err != nil || string(out) != "":
		t.Errorf("%v\n%s", err, out)
	}
}

func TestFullDisk(t *testing.T)     { inNamespace(t, "full-disk") }
func TestReadOnlyDisk(t *testing.T) { inNamespace(t, "read-only-disk") }

func diskRole(role, dir string) {
	switch role {
	case "full-disk":
		writeToFullDisk(dir)
	case "read-only-disk":
		writeToReadOnlyDisk(dir)
	default:
		fail("there is no role %q", role)
	}
}

// fail ends a role; what it prints is the test's failure.
func fail(format string, args ...any) {
	fmt.Printf(format+"\n", args...)
	os.Exit(1)
}

func mount(dir, options string, flags uintptr) {
	if err := syscall.Mount("tmpfs", dir, "tmpfs", flags, options); err != nil {
		fail("mount: %v", err)
	}
}

// fillDisk leaves room for free bytes.
func fillDisk(dir string, free int64) {
	f, err := os.OpenFile(filepath.Join(dir, "filler"), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		fail("%v", err)
	}
	defer f.Close()
	block := make([]byte, 4096)
	for err == nil {
		_, err = f.Write(block)
	}
	info, _ := f.Stat()
	if err := f.Truncate(max(0, info.Size()-free)); err != nil {
		fail("%v", err)
	}
}

// writeToFullDisk publishes with a little more room each time, until it works:
// the disk has run full at every step on the way.
func writeToFullDisk(dir string) {
	mount(dir, "size=512k,nr_inodes=4k", 0)
	tree := roleTree(dir)
	publishOnce := func(value string) (State, error) {
		b, err := tree.TryLock(dir)
		if err != nil {
			return State{}, err
		}
		defer b.Close()
		return b.Publish(context.Background(), good(dir, value))
	}
	first, err := publishOnce("first")
	if err != nil {
		fail("the first: %v", err)
	}
	root, _ := tree.Layout.Root(dir)
	failures := 0
	for free := int64(0); ; free += 4096 {
		fillDisk(dir, free)
		state, err := publishOnce("second")
		if err == nil {
			if state.Generation <= first.Generation || failures < 5 {
				fail("%d failures, then %+v", failures, state)
			}
			return
		}
		failures++
		var disk *DiskError
		if !errors.As(err, &disk) || !errors.Is(err, syscall.ENOSPC) || !strings.Contains(disk.Hint(), "make room") {
			fail("%d bytes free: %v", free, err)
		}
		now, err := root.ReadState()
		if err != nil || now.Generation != first.Generation || !root.sound(&now) {
			fail("%d bytes free: %+v, %v", free, now, err)
		}
		for _, top := range []string{root.Path(), tree.Layout.envs()} {
			entries, _ := os.ReadDir(top)
			for _, entry := range entries {
				if isTemp(entry.Name()) {
					fail("%d bytes free: %s stays", free, entry.Name())
				}
			}
		}
	}
}

// writeToReadOnlyDisk finds errors that say what to do, and a state that can
// still be read.
func writeToReadOnlyDisk(dir string) {
	mount(dir, "size=512k", 0)
	tree := roleTree(dir)
	b, err := tree.TryLock(dir)
	if err != nil {
		fail("%v", err)
	}
	if _, err := b.Publish(context.Background(), good(dir, "1")); err != nil {
		fail("%v", err)
	}
	if err := b.Close(); err != nil {
		fail("%v", err)
	}
	mount(dir, "", syscall.MS_REMOUNT|syscall.MS_RDONLY)
	for doing, err := range map[string]error{
		"lock": func() error { _, err := tree.TryLock(dir); return err }(),
		"new":  func() error { _, err := tree.Lock(context.Background(), dir+"/other"); return err }(),
		"deny": tree.Layout.Trust().Deny(dir, time.Now()),
	} {
		var disk *DiskError
		if !errors.As(err, &disk) || !strings.Contains(disk.Hint(), "read-only") {
			fail("%s: %v", doing, err)
		}
	}
	root, _ := tree.Layout.Root(dir)
	st, err := root.ReadState()
	if err != nil {
		fail("%v", err)
	}
	if _, err := tree.Layout.ReadLayer(st.Key); err != nil {
		fail("%v", err)
	}
	if verdict, err := tree.Layout.Trust().Check(Subject{Dir: dir, Digest: "d"}); verdict != Unknown || err != nil {
		fail("%s, %v", verdict, err)
	}
}
