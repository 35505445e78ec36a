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
	m.devenv(kept, "gc", "--older-than", "30d").ok().prints(`kept: .* not used since`).says(`1 store paths? deleted`)
	is("")
	before := p.downloads()
	m.devenv(kept, "exec", "--", "node").ok().prints(`v24\.3\.0`)
	if p.downloads() != before+1 {
		t.Errorf("%d downloads, want one", p.downloads()-before)
	}
	is("node-24.3.0")
}

// Links to results and running processes keep what they lead to and use; the
// plan has the bytes of each project.
func TestGCRoots(t *testing.T) {
	t.Parallel()
	m, _ := newFakeMachine(t, 1<<20)
	dir := m.write("src/.nvmrc", "20\n")
	m.devenv(dir, "exec", "--", "node").ok()
	build := func(name, link string) string {
		t.Helper()
		expr := `derivation { name = "` + name + `"; system = "x86_64-linux"; builder = "/bin/sh"; args = [ "-c" "echo ` + name + ` > $out" ]; }`
		return strings.TrimSpace(m.devenv(dir, "build", "--offline", "--expr", expr, "--out-link", link, "--print-out-paths").ok().stdout)
	}
	linked, used, loose, more := build("linked", "result"), build("used", "gone1"), build("loose", "gone2"), build("more", "gone3")
	real := func(p string) string { return m.path("store" + p) }
	open := m.command(dir, "sleep", "60")
	file, err := os.Open(real(used))
	if err != nil {
		t.Fatal(err)
	}
	open.Stdin = file
	if err := open.Start(); err != nil {
		t.Fatal(err)
	}
	defer open.Process.Kill()
	file.Close()
	for _, link := range []string{"gone1", "gone2", "gone3"} {
		os.Remove(m.path("src/" + link))
	}
	m.age(2 * time.Hour)
	plan := m.devenv(dir, "gc", "--dry-run").ok().prints(`src: +1\.0 MiB +stays; last used`)
	for p, want := range map[string]bool{linked: false, used: false, loose: true, more: true} {
		if strings.Contains(plan.stdout, p+" ") != want {
			t.Errorf("%s goes, want %v: %s", p, want, plan.stdout)
		}
	}
	m.devenv(dir, "gc", "--dry-run", "--json").ok().prints(`"dir": ".*src"`)
	m.devenv(dir, "gc", "--max-freed", "1").ok()
	left := 0
	for _, p := range []string{loose, more} {
		if _, err := os.Lstat(real(p)); err == nil {
			left++
		}
	}
	if left == 0 {
		t.Errorf("with --max-freed 1 all of it went")
	}
	m.devenv(dir, "gc").ok()
	for p, want := range map[string]bool{linked: true, used: true, loose: false, more: false} {
		if _, err := os.Lstat(real(p)); (err == nil) != want {
			t.Errorf("%s: %v", p, err)
		}
	}
	m.devenv(dir, "gc", "--max-freed", "lots").fails(2).says(`is no size`)
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
