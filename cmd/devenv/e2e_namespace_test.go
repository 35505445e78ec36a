package main

import (
	"os"
	"runtime"
	"strings"
	"testing"
)

// unshared runs a program in namespaces of its own: "n" has no network, "m" has
// mounts that nobody else sees. before is sh text that runs there first.
func (m *machine) unshared(kinds, dir, before string, argv ...string) *result {
	m.Helper()
	if runtime.GOOS != "linux" {
		m.Skip("namespaces are Linux's")
	}
	flags := "-" + kinds
	if os.Getuid() != 0 {
		flags = "-Ur" + kinds
	}
	return m.run(dir, append([]string{need(m.TB, "unshare"), flags, "sh", "-ec", before + "\nexec \"$@\"", "sh"}, argv...)...)
}

// readOnly is sh text that makes a directory one that nobody can write, root
// included.
func readOnly(dir string) string {
	q := "'" + strings.ReplaceAll(dir, "'", `'\''`) + "'"
	return "mount --bind " + q + " " + q + "; mount -o remount,ro,bind " + q + "\n"
}

// tiny is sh text that puts a file system of a few KiB at dir.
func tiny(dir, size string) string {
	return "mount -t tmpfs -o size=" + size + " tmpfs '" + dir + "'\n"
}

// A clone elsewhere with the same lock gets the same store paths, and nobody
// is asked for anything: there is no network at all, and no attempt to use one.
func TestSecondCloneOffline(t *testing.T) {
	t.Parallel()
	strace := need(t, "strace")
	m := newMachine(t)
	first := m.example("node-24")
	m.devenv(first, "develop", "-c", "node", "--version").ok().prints(`^v24\.`)
	want := m.devenv(first, "which", "node").ok().stdout
	lock := m.read("src/node-24/devenv.lock")

	for _, tt := range []struct {
		name, before string
		again        *machine
	}{
		{"the same user", "", m},
		{"another user of the store", "", m.another()},
		{"a cache that cannot be written", readOnly(m.vars["XDG_CACHE_HOME"]), m.another()},
	} {
		t.Run(tt.name, func(t *testing.T) {
			n := tt.again
			n.TB = t
			n.mkdir("elsewhere")
			second := n.path("elsewhere/clone")
			if err := os.CopyFS(second, os.DirFS(first)); err != nil {
				t.Fatal(err)
			}
			trace := n.path("out/network")
			n.unshared("nm", second, tt.before, strace, "-f", "-qq", "-e", "trace=network", "-o", trace,
				n.program, "develop", "-c", "node", "--version").ok().silent().prints(`^v24\.`)
			if calls := n.read("out/network"); strings.Contains(calls, "AF_INET") {
				t.Errorf("the network was tried:\n%s", calls)
			}
			if got := n.unshared("n", second, "", n.program, "which", "node").ok().stdout; got != want {
				t.Errorf("node is %s, and not %s", got, want)
			}
			if got := n.read("elsewhere/clone/devenv.lock"); got != lock {
				t.Errorf("the lock has changed:\n%s", got)
			}
		})
	}
}
