package build_test

import (
	"bytes"
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

// TestAsNobody runs other tests once more as a user who may do nothing, with a
// store of his own.
func TestAsNobody(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root can be somebody else; who is not root is like nobody already")
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	program, err := os.ReadFile(self)
	if err != nil {
		t.Fatal(err)
	}
	const nobody = 65534
	if err := errors.Join(os.WriteFile(filepath.Join(dir, "test"), program, 0o755), os.Chmod(filepath.Dir(dir), 0o755),
		os.CopyFS(filepath.Join(dir, "testdata"), os.DirFS("testdata")), os.Chown(dir, nobody, nobody)); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("./test", "-test.run=^(TestEscape|TestDaemons|TestStopped|TestBuiltinsAsNix)$", "-test.v")
	cmd.Dir = dir
	cmd.Env = append(os.Environ(), "TMPDIR="+dir, "HOME="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	out, err := cmd.CombinedOutput()
	if err != nil || bytes.Count(out, []byte("--- PASS: ")) < 4 {
		t.Errorf("%v\n%s", err, out)
	}
}
