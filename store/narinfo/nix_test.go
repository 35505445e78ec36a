package narinfo

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/store/storepath"
)

// nix runs a program of Nix with a home and a configuration of its own.
func nix(t *testing.T, argv ...string) string {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "NIX_CONF_DIR=/nonexistent", "NIX_CONFIG=experimental-features = nix-command\nsubstituters =\nbuild-users-group =")
	out, err := cmd.Output()
	if err != nil {
		if exit, ok := err.(*exec.ExitError); ok {
			err = fmt.Errorf("%w: %s", err, exit.Stderr)
		}
		t.Fatalf("%q: %v", argv, err)
	}
	return strings.TrimSpace(string(out))
}

// TestNixSignsAsWeDo has Nix and us sign one path with one key, and print it.
func TestNixSignsAsWeDo(t *testing.T) {
	dir := t.TempDir()
	root, cache, keyFile := filepath.Join(dir, "root"), filepath.Join(dir, "cache"), filepath.Join(dir, "key")
	k := key(t, "test-1")
	if err := os.WriteFile(keyFile, []byte(k.Text()), 0o600); err != nil {
		t.Fatal(err)
	}
	drv := nix(t, "nix-instantiate", "--store", root, "-E",
		`derivation { name = "d"; builder = "/x"; system = "s"; src = builtins.toFile "src" "text"; }`)
	nix(t, "nix", "store", "sign", "--store", root, "--derivation", "--recursive", "--key-file", keyFile, drv)
	nix(t, "nix", "copy", "--derivation", "--store", root, "--to", "file://"+cache, drv)
	p, err := storepath.Default.Parse(drv)
	if err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(filepath.Join(cache, p.Digest()+".narinfo"))
	if err != nil {
		t.Fatal(err)
	}
	f, err := Parse(storepath.Default, text)
	if err != nil {
		t.Fatal(err)
	}
	if got := string(f.Bytes(storepath.Default)); got != string(text) {
		t.Errorf("we print\n%sNix\n%s", got, text)
	}
	if !ContentAddressed(storepath.Default, f.Info) {
		t.Error("a derivation is addressed by its content")
	}
	if sig, err := k.Sign(storepath.Default, f.Info); err != nil || len(f.Signatures) != 1 || f.Signatures[0] != sig {
		t.Errorf("we sign %s, Nix %v", sig, f.Signatures)
	}
	input := f.Info
	input.CA = storepath.ContentAddress{}
	if name, ok := (Keys{"test-1": k.Public()}).Trusted(storepath.Default, input); !ok || name != "test-1" {
		t.Error("Nix's signature is not trusted")
	}
}

func TestNixsKeys(t *testing.T) {
	dir := t.TempDir()
	secretFile, publicFile := filepath.Join(dir, "secret"), filepath.Join(dir, "public")
	nix(t, "nix-store", "--generate-binary-cache-key", "theirs-1", secretFile, publicFile)
	secret, err := os.ReadFile(secretFile)
	if err != nil {
		t.Fatal(err)
	}
	public, err := os.ReadFile(publicFile)
	if err != nil {
		t.Fatal(err)
	}
	k, err := ParseSecretKey(string(secret))
	if err != nil || k.Public().String() != strings.TrimSpace(string(public)) {
		t.Errorf("%v: %s, Nix: %s", err, k.Public(), public)
	}
}
