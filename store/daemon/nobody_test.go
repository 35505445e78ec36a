package daemon

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"
	"testing"

	"devenv/store/daemon/daemontest"
	"devenv/store/storepath"
)

// nobody is the user whom nobody trusts.
const nobody = 65534

// TestNobody is TestAsNobody run by somebody else than the daemon.
func TestNobody(t *testing.T) {
	t.Parallel()
	if os.Geteuid() != 0 {
		nix := daemontest.New(t, "trusted-users = root").Start(t)
		asNobody(t, nix.Getenv)
		return
	}
	nix := daemontest.New(t).Start(t)
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	program, err := os.ReadFile(self) // from where nobody may not run it
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(nix.Root+"/test", program, 0o755); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(nix.Root+"/test", "-test.run=^TestAsNobody$", "-test.v")
	cmd.Env = append(nix.Env, "AS_NOBODY=1", "TMPDIR=/tmp")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestAsNobody")) {
		t.Errorf("%v\n%s", err, out)
	}
	if err := os.Chmod(nix.Socket, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd = exec.Command(nix.Root+"/test", "-test.run=^TestAsNobody$", "-test.v")
	cmd.Env = append(nix.Env, "AS_NOBODY=refused", "TMPDIR=/tmp")
	cmd.Dir = "/"
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	if out, err := cmd.CombinedOutput(); err != nil || !bytes.Contains(out, []byte("--- PASS: TestAsNobody")) {
		t.Errorf("%v\n%s", err, out)
	}
}

// TestAsNobody is for TestNobody.
func TestAsNobody(t *testing.T) {
	switch os.Getenv("AS_NOBODY") {
	case "1":
		asNobody(t, os.Getenv)
	case "refused":
		_, err := Open(t.Context(), Options{Getenv: os.Getenv})
		var no *ConnectError
		if !errors.As(err, &no) || !strings.Contains(no.Hint(), "allowed-users") {
			t.Errorf("%v", err)
		}
	}
}

func asNobody(t *testing.T, getenv func(string) string) {
	c := open(t, Options{Getenv: getenv, Unsigned: true, Settings: &Settings{MaxJobs: 1, Others: map[string]string{"sandbox": "true"}}})
	ctx := t.Context()
	text, err := c.AddText(ctx, "mine", []byte("anybody may add what its name is made from"), nil)
	if err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := c.Nar(ctx, text.Path, func(r io.Reader) error { _, err := io.Copy(&archive, r); return err }); err != nil {
		t.Error(err)
	}
	if err := c.Import(ctx, text, &archive); err != nil {
		t.Errorf("what is addressed by its content is refused: %v", err)
	}
	drv, d := script(t, c, "mine", "echo mine > $out")
	if results, err := c.Build(ctx, []Target{OutputsOf(drv)}, Normal); err != nil || results[0].Err() != nil {
		t.Errorf("%v, %v", results, err)
	}
	leaf, leafNar := foreign(t, "00000000000000000000000000000001-leaf", "leaf")
	said := new(Error)
	for what, err := range map[string]error{
		"import": c.Import(ctx, leaf, bytes.NewReader(leafNar)),
		"import of many": c.ImportAll(ctx, []Info{leaf}, func(_ context.Context, _ storepath.Path, sink func(io.Reader) error) error {
			return sink(bytes.NewReader(leafNar))
		}),
		"sign":   c.AddSignatures(ctx, text.Path, []string{"k:" + strings.Repeat("A", 86) + "=="}),
		"build":  func() error { _, err := c.BuildDerivation(ctx, drv, d, nil, Normal); return err }(),
		"repair": c.BuildAll(ctx, []Target{OutputsOf(drv)}, Repair),
	} {
		if !errors.As(err, &said) || said.Hint() == "" {
			t.Errorf("%s: %v (hint %q)", what, err, said.Hint())
		}
	}
	if ok, err := c.Valid(ctx, leaf.Path); ok || err != nil {
		t.Errorf("after all that the foreign path is %v, %v", ok, err)
	}
}

// Many goroutines use a client at once.
func TestAtOnce(t *testing.T) {
	t.Parallel()
	c, _ := started(t)
	var all sync.WaitGroup
	for i := range 12 {
		all.Go(func() {
			text := strings.Repeat("x", i*1000)
			info, err := c.AddText(t.Context(), "text", []byte(text), nil)
			if err != nil {
				t.Error(err)
				return
			}
			for range 20 {
				if got, err := c.Lookup(t.Context(), info.Path); err != nil || got.NarHash != info.NarHash {
					t.Error(got, err)
				}
			}
			err = c.Nar(t.Context(), info.Path, func(r io.Reader) error {
				got, err := readFile(r)
				if string(got) != text {
					t.Errorf("%d bytes of %d", len(got), len(text))
				}
				return err
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}
