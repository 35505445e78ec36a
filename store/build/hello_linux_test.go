package build_test

import (
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/store/storepath"
)

// TestHello builds GNU hello from source, with Nix and here.
func TestHello(t *testing.T) {
	if os.Getenv("CI") != "true" && os.Getenv("BUILD_TEST_HELLO") == "" {
		t.Skip("set BUILD_TEST_HELLO to build GNU hello from its source")
	}
	tarball := source(t, "hello", "hello_2.10.orig.tar.gz")
	ours, theirs := newSite(t), newSite(t)
	args := []string{"testdata/hello.nix", "-A", "hello", "--arg", "tarball", tarball}
	drvs := ours.instantiateFile(args...)
	if other := theirs.instantiateFile(args...); !slices.Equal(drvs, other) {
		t.Fatalf("%v and %v", drvs, other)
	}
	// This machine's compiler and tools.
	tools := "/usr /bin=/usr/bin /lib=/usr/lib /lib64=/usr/lib64 /etc/alternatives"
	ours.opts.SandboxPaths = strings.Fields(tools)
	results, err := ours.build(drvs...)
	if err != nil {
		t.Fatal(err)
	}
	nix(t, theirs.root, "nix-store", "-r", storepath.Default.Join(drvs[0]), "--option", "sandbox-paths", tools)
	out := results[0].Outputs["out"]
	ours.compare(theirs, "out", out)
	said, err := exec.Command(filepath.Join(ours.store.Real(out), "bin/hello")).Output()
	if err != nil || string(said) != "Hello, world!\n" {
		t.Errorf("%q, %v", said, err)
	}
}

// source returns a file of a Debian source package, from the archives that this
// machine is configured for.
func source(t *testing.T, name, file string) string {
	dir := t.TempDir()
	parts := filepath.Join(dir, "parts")
	if err := os.MkdirAll(filepath.Join(dir, "lists"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Mkdir(parts, 0o755); err != nil {
		t.Fatal(err)
	}
	lists, _ := filepath.Glob("/etc/apt/sources.list.d/*")
	for i, list := range append(lists, "/etc/apt/sources.list") {
		text, err := os.ReadFile(list)
		if err != nil {
			continue
		}
		var lines []string
		for line := range strings.Lines(string(text)) {
			switch {
			case strings.HasPrefix(line, "deb "):
				line = "deb-src " + line[4:]
			case strings.HasPrefix(line, "Types:"):
				line = "Types: deb-src\n"
			}
			lines = append(lines, line)
		}
		to := filepath.Join(parts, string(rune('a'+i))+filepath.Ext(list))
		if err := os.WriteFile(to, []byte(strings.Join(lines, "")), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	for _, args := range [][]string{{"update"}, {"source", "--download-only", name}} {
		cmd := exec.Command("apt-get", append([]string{"-q", "-o", "Dir::Etc::SourceList=/dev/null", "-o", "Dir::Etc::SourceParts=" + parts,
			"-o", "Dir::State::Lists=" + filepath.Join(dir, "lists"), "-o", "APT::Sandbox::User="}, args...)...)
		cmd.Dir = dir
		if out, err := cmd.CombinedOutput(); err != nil {
			t.Logf("apt-get %v: %v\n%s", args, err, out) // of several archives one may lack sources
		}
	}
	got := filepath.Join(dir, file)
	if _, err := os.Stat(got); err != nil {
		t.Fatal(err)
	}
	return got
}
