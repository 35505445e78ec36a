package build_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"devenv/store/build"
	"devenv/store/namespace"
)

// unconfinedEnv has a test process build in the /nix of its namespace, without
// sandboxes.
const unconfinedEnv = "BUILD_TEST_UNCONFINED"

// TestUnconfined builds without sandboxes, which needs a store that is at its
// place: in a namespace it is.
func TestUnconfined(t *testing.T) {
	if os.Getenv(unconfinedEnv) != "" {
		unconfined(t)
		return
	}
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	if err := os.MkdirAll(filepath.Join(dir, "nix/store"), 0o755); err != nil {
		t.Fatal(err)
	}
	out, err := os.Create(filepath.Join(dir, "out"))
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd, err := namespace.Start(namespace.Options{
		From: filepath.Join(dir, "nix"), To: "/nix", Path: self, Args: []string{self, "-test.run=^TestUnconfined$", "-test.v"},
		Env: append(os.Environ(), unconfinedEnv+"=1"), Dir: dir, Stdout: out, Stderr: out,
	})
	if err != nil {
		t.Fatal(err)
	}
	err = cmd.Wait()
	if text, _ := os.ReadFile(out.Name()); err != nil || !strings.Contains(string(text), "--- PASS: TestUnconfined") {
		t.Errorf("%v\n%s", err, text)
	}
}

func unconfined(t *testing.T) {
	s := newSiteAt(t, "/")
	s.opts.Sandbox = build.Never
	drvs := s.instantiate(`
		let sh = name: script: derivation { inherit name; system = "x86_64-linux"; builder = "/bin/busybox"; args = [ "sh" "-c" script ]; outputs = [ "out" "lib" ]; };
		in [
			(sh "self" "echo $out $lib > $out; echo a library > $lib; test -w $TMPDIR; pwd; test $PWD = $NIX_BUILD_TOP; umask")
			(sh "daemon" "(setsid sleep 444999 >/dev/null 2>&1 &); sleep 444999 & echo x > $out; echo x > $lib")
		]`)
	results, err := s.build(drvs...)
	if err != nil {
		t.Fatal(err)
	}
	if left := running("444999"); len(left) > 0 {
		t.Errorf("still running: %v", left)
	}
	text, err := os.ReadFile("/nix/store/" + results[0].Outputs["out"].Base())
	if err != nil || !strings.Contains(string(text), results[0].Outputs["lib"].Base()) {
		t.Errorf("%s, %v", text, err)
	}
	s.opts.Rebuild = true // under other names, which are replaced afterwards
	if _, err := s.build(drvs[0]); err != nil {
		t.Error(err)
	}
	s.opts.Rebuild = false
	_, err = s.build(s.instantiate(`derivation { name = "bad"; system = "x86_64-linux"; builder = "/bin/busybox"; args = [ "sh" "-c" "echo x > $out; kill -TERM $$" ]; }`)...)
	if e, ok := errors.AsType[*build.Error](err); !ok || !strings.Contains(e.Msg, "signal 15") {
		t.Error(err)
	}
	s.opts.Sandbox = build.Always
	_, err = s.build(s.instantiate(`derivation { name = "free"; system = "x86_64-linux"; builder = "/bin/busybox"; __noChroot = true; args = [ "sh" "-c" "echo x > $out" ]; }`)...)
	if e, ok := errors.AsType[*build.Error](err); !ok || e.Status != build.InputRejected {
		t.Error(err)
	}
	s.isClean()
}
