package cli

import (
	"bytes"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/cmd/internal/ui"
)

// answer runs a command line in this process, in an environment of NAME=VALUE
// only, and returns what it printed.
func answer(t *testing.T, environ []string, args ...string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	getenv := func(name string) string {
		for _, pair := range environ {
			if value, ok := strings.CutPrefix(pair, name+"="); ok {
				return value
			}
		}
		return ""
	}
	a := &app{streams: &ui.Streams{In: strings.NewReader(""), Out: &out, Err: io.Discard}, getenv: getenv, environ: environ}
	defer a.close()
	root := newRootCmd(a)
	root.SetArgs(joinPairs(args))
	err := root.ExecuteContext(t.Context())
	return out.String(), err
}

// realNix is a program of Nix that must be there where tests run for a change.
func realNix(t *testing.T, name string) string {
	t.Helper()
	path, err := exec.LookPath(name)
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatalf("%s is needed: apt-get install nix-bin", name)
		}
		t.Skipf("no %s", name)
	}
	return path
}

// TestHashBesideNix holds that hashes of files and trees, in every algorithm
// and format that both know, are those of nix hash.
func TestHashBesideNix(t *testing.T) {
	nix := realNix(t, "nix")
	real := func(args ...string) string {
		cmd := exec.Command(nix, append([]string{"--extra-experimental-features", "nix-command", "--store", "dummy://"}, args...)...)
		cmd.Env = append(os.Environ(), "HOME="+t.TempDir())
		out, err := cmd.Output()
		if err != nil {
			t.Fatalf("nix %v: %v", args, err)
		}
		return string(out)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "file")
	for _, err := range []error{
		os.WriteFile(file, []byte("hello\n"), 0o755),
		os.Mkdir(filepath.Join(dir, "d"), 0o755),
		os.Symlink("../file", filepath.Join(dir, "d", "link")),
	} {
		if err != nil {
			t.Fatal(err)
		}
	}
	flags := map[string]string{"sri": "--sri", "nix32": "--base32", "base16": "--base16", "base64": "--base64"}
	for _, algo := range []string{"md5", "sha256", "sha512"} {
		for _, format := range hashFormats {
			for _, of := range [][]string{{"path", dir}, {"path", file}, {"file", file}} {
				got, err := answer(t, nil, "hash", of[0], "--algo", algo, "--format", format, of[1])
				if want := real("hash", of[0], "--type", algo, flags[format], of[1]); err != nil || got != want {
					t.Errorf("%s %s %s: %q (%v), not %q", algo, format, of, got, err, want)
				}
			}
			hash, _ := answer(t, nil, "hash", "file", "--algo", algo, "--format", format, file)
			for to, command := range map[string]string{"sri": "to-sri", "nix32": "to-base32", "base16": "to-base16", "base64": "to-base64"} {
				got, err := answer(t, nil, "hash", "convert", "--algo", algo, "--to", to, strings.TrimSpace(hash))
				if want := real("hash", command, "--type", algo, strings.TrimSpace(hash)); err != nil || got != want {
					t.Errorf("%s %s to %s: %q (%v), not %q", algo, hash, to, got, err, want)
				}
			}
		}
	}
}
