package storepath

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/store/nixhash"
)

// TestNixAgrees adds files to a store with real Nix and compares the paths.
func TestNixAgrees(t *testing.T) {
	nix := newNix(t)
	file := filepath.Join(t.TempDir(), "a-file_1.0+x=y?z")
	content := "some content\n"
	if err := os.WriteFile(file, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
	name := filepath.Base(file)
	for a := nixhash.MD5; a <= nixhash.SHA512; a++ {
		flat := nixhash.NewHasher(a)
		flat.Write([]byte(content))
		got, err := Default.FixedOutput(name, Flat, flat.Sum())
		nix.compare(t, got, err, "nix-store", "--add-fixed", a.String(), file)

		archive := nixhash.NewHasher(a)
		archive.Write(nix.run(t, "nix-store", "--dump", file))
		got, err = Default.FixedOutput(name, NAR, archive.Sum())
		nix.compare(t, got, err, "nix-store", "--add-fixed", "--recursive", a.String(), file)
		if a == nixhash.SHA256 {
			got, err = Default.Source(name, archive.Sum(), nil, false)
			nix.compare(t, got, err, "nix-store", "--add", file)
		}
	}
}

// TestNixAgreesOnText has real Nix write text files that refer to each other.
func TestNixAgreesOnText(t *testing.T) {
	nix := newNix(t)
	text := func(name, content string, refs ...Path) Path {
		p, err := Default.Text(name, sha256Of(content), refs)
		if err != nil {
			t.Fatal(err)
		}
		return p
	}
	a, b := text("a.txt", "alpha"), text("b.txt", "beta")
	c := text("c", Default.Join(b)+" "+Default.Join(a)+"\n", b, a, b)
	nix.compare(t, c, nil, "nix-instantiate", "--read-write-mode", "--eval", "--expr",
		`let a = builtins.toFile "a.txt" "alpha"; b = builtins.toFile "b.txt" "beta"; in builtins.toFile "c" "${b} ${a}\n"`)
}

// nixRunner runs Nix on a store of its own.
type nixRunner struct{ root string }

func newNix(t *testing.T) nixRunner {
	if _, err := exec.LookPath("nix-store"); err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("this test needs nix-store: install the package nix-bin")
		}
		t.Skip("no nix-store")
	}
	return nixRunner{t.TempDir()}
}

func (n nixRunner) run(t *testing.T, argv ...string) []byte {
	t.Helper()
	cmd := exec.Command(argv[0], append([]string{"--store", n.root}, argv[1:]...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + n.root, "NIX_CONF_DIR=" + n.root}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%s: %v\n%s", argv, err, stderr.String())
	}
	return out
}

// compare reports it if the command prints another path than got.
func (n nixRunner) compare(t *testing.T, got Path, err error, argv ...string) {
	t.Helper()
	want := strings.Trim(string(n.run(t, argv...)), "\"\n")
	if err != nil || Default.Join(got) != want {
		t.Errorf("%s prints %s, we say %s, %v", argv, want, got, err)
	}
}
