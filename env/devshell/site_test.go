package devshell_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"devenv/env/devshell"
	"devenv/store"
	"devenv/store/build"
	"devenv/store/storepath"
)

func TestMain(m *testing.M) {
	if code, ours := build.Child(os.Args); ours {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// sandboxPaths give builders bash, and busybox for the rest.
const sandboxPaths = "/bin/sh=/bin/busybox /bin/busybox=/bin/busybox /bin/bash=/bin/bash-static"

// site is a store of ours, in which real Nix writes derivations, and one of
// Nix's.
type site struct {
	*testing.T
	store   *store.Store
	builder *build.Builder
	theirs  string
	drvs    map[string]storepath.Path // of testdata/shells.nix, by attribute
}

func newSite(t *testing.T, attrs ...string) *site {
	t.Helper()
	root, theirs := t.TempDir(), t.TempDir()
	t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", root, theirs).Run() })
	s, err := store.Open(t.Context(), store.Options{URL: root})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	b := build.New(build.Options{Store: s, System: "x86_64-linux", SandboxPaths: strings.Fields(sandboxPaths), AllCores: 2, Jobs: 2})
	site := &site{t, s, b, theirs, map[string]storepath.Path{}}
	args := []string{"testdata/shells.nix"}
	for _, attr := range attrs {
		args = append(args, "-A", attr)
	}
	for i, line := range strings.Fields(site.nix(root, "nix-instantiate", args...)) {
		path, _, _ := strings.Cut(line, "!")
		p, err := storepath.Default.Parse(path)
		if err != nil {
			t.Fatal(err)
		}
		site.drvs[attrs[i]] = p
	}
	return site
}

// nix runs one of Nix's programs on the store at root.
func (s *site) nix(root, name string, args ...string) string {
	s.Helper()
	cmd := exec.Command(name, append([]string{
		"--store", root, "--option", "build-users-group", "", "--option", "substitute", "false", "--option", "cores", "2",
		"--option", "sandbox-paths", sandboxPaths, "--extra-experimental-features", "nix-command",
	}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + s.TempDir(), "NIX_CONF_DIR=" + root}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		s.Fatalf("%s %q: %v: %s", name, args, err, stderr.String())
	}
	return string(out)
}

// capture captures a shell of testdata/shells.nix.
func (s *site) capture(attr string) *devshell.Captured {
	s.Helper()
	shell, err := devshell.Capture(s.Context(), s.store, s.build, s.drvs[attr])
	if err != nil {
		s.Fatal(err)
	}
	return shell
}

func (s *site) build(ctx context.Context, drv storepath.Path) (map[string]storepath.Path, error) {
	results, err := s.builder.Build(ctx, build.Target{Drv: drv})
	return results[0].Outputs, err
}

// environmentPath is the path of an output of an environment's derivation: its
// script is part of it, and Nix has another one.
var environmentPath = regexp.MustCompile(`/nix/store/[a-z0-9]{32}-([a-z-]+-env)\b`)

// sameEnvironments gives the outputs of environments' derivations the same paths.
func sameEnvironments(text string) string {
	return environmentPath.ReplaceAllString(text, "/nix/store/ENV-$1")
}

// bashState is what a bash knows that has sourced text, and what it printed.
func bashState(t *testing.T, text []byte, more string) string {
	t.Helper()
	dir := t.TempDir()
	file := filepath.Join(dir, "env.sh")
	if err := os.WriteFile(file, text, 0o644); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("/bin/bash-static", "-c", `. "$1"; `+more, "bash", file)
	cmd.Dir = "/"
	cmd.Env = []string{"PATH=/usr/bin:/bin", "HOME=/home", "TMPDIR=" + dir}
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	return strings.ReplaceAll(string(out), dir, "/tmp")
}
