// Package daemontest starts real Nix daemons for tests, each with a store of its
// own.
package daemontest

import (
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Nix is a private store and the environment in which Nix uses it.
type Nix struct {
	Root     string // of all that is here
	StoreDir string // logical and real
	Socket   string // of the daemon
	Env      []string
}

// New makes a store. Config are lines of its nix.conf. Without Nix the test is
// skipped, and fails where CI=true.
func New(t testing.TB, config ...string) *Nix {
	t.Helper()
	if _, err := exec.LookPath("nix-daemon"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs nix-daemon: install the package nix-bin")
		}
		t.Skip("no nix-daemon")
	}
	root, err := os.MkdirTemp("", "nd") // short, for sockets' sake
	if err != nil {
		t.Fatal(err)
	}
	if root, err = filepath.EvalSymlinks(root); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { removeAll(root) })
	n := &Nix{Root: root, StoreDir: root + "/store", Socket: root + "/socket"}
	for _, dir := range []string{n.StoreDir, root + "/var", root + "/etc", root + "/home"} {
		if err := os.Mkdir(dir, 0o755); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Chmod(root, 0o755); err != nil {
		t.Fatal(err)
	}
	me, err := user.Current()
	if err != nil {
		t.Fatal(err)
	}
	lines := append([]string{
		"sandbox = false",
		"build-users-group =",
		"substituters =",
		"trusted-users = " + me.Username,
		"experimental-features = nix-command flakes ca-derivations",
	}, config...)
	if err := os.WriteFile(root+"/etc/nix.conf", []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	n.Env = []string{
		"PATH=" + os.Getenv("PATH"), "HOME=" + root + "/home",
		"NIX_REMOTE=local", // a daemon that took its own socket for its store would start itself for ever
		"NIX_STORE_DIR=" + n.StoreDir, "NIX_STATE_DIR=" + root + "/var", "NIX_LOG_DIR=" + root + "/log",
		"NIX_LOCALSTATE_DIR=" + root + "/var", "NIX_CONF_DIR=" + root + "/etc", "NIX_DAEMON_SOCKET_PATH=" + n.Socket,
	}
	return n
}

// Start starts a daemon, which ends with the test.
func (n *Nix) Start(t testing.TB) *Nix {
	t.Helper()
	n.Run(t, "nix-store", "--init") // or two connections at once would make the database
	cmd := exec.Command("nix-daemon", "--daemon")
	var log strings.Builder
	cmd.Env, cmd.Stderr = n.Env, &log
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		cmd.Process.Kill()
		cmd.Wait()
	})
	for end := time.Now().Add(20 * time.Second); ; time.Sleep(5 * time.Millisecond) {
		conn, err := net.Dial("unix", n.Socket)
		if err == nil {
			conn.Close()
			return n
		}
		if time.Now().After(end) {
			t.Fatalf("nix-daemon does not listen: %v\n%s", err, log.String())
		}
	}
}

// Getenv tells a client where the store is.
func (n *Nix) Getenv(name string) string {
	for _, v := range n.Env {
		if value, ok := strings.CutPrefix(v, name+"="); ok && strings.HasPrefix(name, "NIX_") {
			return value
		}
	}
	return ""
}

// Run runs one of Nix's commands in the store, without the daemon, and returns
// what it prints, less the last line break.
func (n *Nix) Run(t testing.TB, argv ...string) string {
	t.Helper()
	cmd := exec.Command(argv[0], argv[1:]...)
	var stderr strings.Builder
	cmd.Env, cmd.Stderr = n.Env, &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", argv, err, stderr.String())
	}
	return strings.TrimSuffix(string(out), "\n")
}

// removeAll deletes a store, whose directories are not writable.
func removeAll(root string) {
	filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			os.Chmod(path, 0o755)
		}
		return nil
	})
	os.RemoveAll(root)
}
