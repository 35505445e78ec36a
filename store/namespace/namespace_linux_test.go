package namespace_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"devenv/store/namespace"
)

func TestMain(m *testing.M) {
	if code, ours := namespace.Child(os.Args); ours {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// asNobody runs a test once more as a user who may do nothing.
func asNobody(t *testing.T) {
	if os.Geteuid() != 0 {
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(t.TempDir(), "test")
	text, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(os.WriteFile(dir, text, 0o755), os.Chmod(filepath.Dir(dir), 0o777), os.Chmod(filepath.Dir(filepath.Dir(dir)), 0o755)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(dir, "-test.run=^"+t.Name()+"$", "-test.v")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), "TMPDIR="+filepath.Dir(dir))
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: "+t.Name())) {
		t.Errorf("as nobody: %v\n%s", err, out)
	}
}

func run(t *testing.T, to, script string) string {
	t.Helper()
	from := filepath.Join(t.TempDir(), "nix")
	if err := errors.Join(os.MkdirAll(filepath.Join(from, "store/x"), 0o755), os.WriteFile(filepath.Join(from, "store/x/file"), []byte("here\n"), 0o644)); err != nil {
		t.Fatal(err)
	}
	out, err := os.CreateTemp(t.TempDir(), "")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd, err := namespace.Start(namespace.Options{
		From: from, To: to, Path: "/bin/sh", Args: []string{"sh", "-c", script}, Env: os.Environ(), Dir: filepath.Dir(from),
		Stdout: out, Stderr: out,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	text, _ := os.ReadFile(out.Name())
	if err != nil {
		t.Fatalf("%v: %s", err, text)
	}
	return string(text)
}

func TestStart(t *testing.T) {
	asNobody(t)
	here, _ := os.Hostname()
	for _, to := range []string{"/mnt", "/not-there"} {
		if os.Geteuid() == 0 && to == "/not-there" {
			continue // root could make it
		}
		got := run(t, to, `cat `+to+`/store/x/file; id -u; hostname; pwd; ls /usr/bin/env /proc/self/exe /dev/null /etc/passwd; echo x > "$PWD/new" && cat new; ls -d /tmp; grep CapEff /proc/self/status`)
		for _, want := range []string{"here\n", here, "/usr/bin/env\n", "/etc/passwd\n", "\nx\n", "/tmp\n"} {
			if !strings.Contains(got, want) {
				t.Errorf("at %s: no %q in %s", to, want, got)
			}
		}
		if os.Geteuid() != 0 && !strings.Contains(got, "CapEff:\t0000000000000000") {
			t.Errorf("it has capabilities: %s", got)
		}
	}
	if _, err := os.Stat("/not-there"); err == nil {
		t.Error("the machine has got a directory")
	}
}

func TestStartFails(t *testing.T) {
	from := t.TempDir()
	_, err := namespace.Start(namespace.Options{From: from, To: "/mnt", Path: "/nonexistent", Dir: "/"})
	if err == nil || !strings.Contains(err.Error(), "executing '/nonexistent'") {
		t.Error(err)
	}
	if _, err = namespace.Start(namespace.Options{From: from + "/x", To: "/mnt", Path: "/bin/sh", Dir: "/"}); err == nil || !strings.Contains(err.Error(), "no such file") {
		t.Error(err)
	}
	if namespace.There(from, "/mnt") || !namespace.There("/usr", "/usr/.") {
		t.Error("There")
	}
}
