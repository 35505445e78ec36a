package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"golang.org/x/sys/unix"
)

// What no project needs goes; what one needs stays, and works offline.
func TestGC(t *testing.T) {
	t.Parallel()
	m, p := newFakeMachine(t, 1<<20)
	gone, kept := m.write("src/gone/.nvmrc", "20\n"), m.write("src/kept/.nvmrc", "24\n")
	for _, dir := range []string{gone, kept} {
		m.devenv(dir, "exec", "--", "node").ok()
	}
	trees := func() (names []string) {
		all, _ := filepath.Glob(m.path("store/nix/store/*-node-*"))
		for _, path := range all {
			names = append(names, path[strings.LastIndex(path, "node-"):])
		}
		return names
	}
	is := func(want string) {
		t.Helper()
		if got := strings.Join(trees(), " "); got != want {
			t.Errorf("the store has %q, want %q", got, want)
		}
	}

	m.devenv(kept, "gc").ok().says("0 store paths deleted")
	if err := os.RemoveAll(gone); err != nil {
		t.Fatal(err)
	}
	m.devenv(kept, "gc").ok().says("0 store paths deleted") // somebody may still be in there
	m.age(2 * time.Hour)
	m.devenv(kept, "gc", "--dry-run").ok().prints(`node-20\.1\.0 `).says(`1 store paths? would go, 1\.0 MiB`)
	if len(trees()) != 2 {
		t.Errorf("a dry run deleted something: %v", trees())
	}
	m.devenv(kept, "gc").ok().prints(`node-20\.1\.0 `).says(`1 store paths? deleted, 1\.\d MiB freed`)
	is("node-24.3.0")
	m.devenv(kept, "--offline", "exec", "--", "node").ok().prints(`v24\.3\.0`)

	// A project that is there and unused goes only when it is asked for, and
	// comes back by itself.
	m.devenv(kept, "gc", "--older-than", "30d").ok().says("0 store paths deleted")
	m.age(40 * 24 * time.Hour)
	m.devenv(kept, "gc", "--older-than", "30d").ok().prints(`kept: not used since`).says(`1 store paths? deleted`)
	is("")
	before := p.downloads()
	m.devenv(kept, "exec", "--", "node").ok().prints(`v24\.3\.0`)
	if p.downloads() != before+1 {
		t.Errorf("%d downloads, want one", p.downloads()-before)
	}
	is("node-24.3.0")
}

// age makes everything in the state and the store's roots older.
func (m *machine) age(by time.Duration) {
	m.Helper()
	old := unix.NsecToTimespec(time.Now().Add(-by).UnixNano())
	for _, dir := range []string{"home/.local/state", "store/nix/var/nix/gcroots"} {
		err := filepath.WalkDir(m.path(dir), func(path string, _ os.DirEntry, err error) error {
			if err != nil {
				return err
			}
			return unix.UtimesNanoAt(unix.AT_FDCWD, path, []unix.Timespec{old, old}, unix.AT_SYMLINK_NOFOLLOW)
		})
		if err != nil {
			m.Fatal(err)
		}
	}
}
