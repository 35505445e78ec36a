package build_test

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/store"
	"devenv/store/build"
	"devenv/store/namespace"
	"devenv/store/storepath"
)

func TestMain(m *testing.M) {
	if code, ours := build.Child(os.Args); ours {
		os.Exit(code)
	}
	if code, ours := namespace.Child(os.Args); ours {
		os.Exit(code)
	}
	os.Exit(m.Run())
}

// shell is the sandbox-paths setting that gives builders a static shell with the
// usual tools.
const shell = "/bin/sh=/bin/busybox /bin/busybox=/bin/busybox /bin/bash=/bin/bash-static"

// site is a store to build in, with derivations that real Nix wrote there.
type site struct {
	*testing.T
	root  string
	store *store.Store
	opts  build.Options
	log   *strings.Builder
}

type drvPath = storepath.Path

func newSite(t *testing.T) *site {
	t.Helper()
	return newSiteAt(t, t.TempDir())
}

func newSiteAt(t *testing.T, root string) *site {
	t.Helper()
	if root != "/" {
		t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", root).Run() })
	}
	s, err := store.Open(t.Context(), store.Options{URL: root})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return &site{T: t, root: root, store: s, opts: build.Options{
		Store: s, System: "x86_64-linux", SandboxPaths: strings.Fields(shell), AllCores: 2, Jobs: 2,
	}}
}

// instantiate has real Nix write the derivations of an expression into the store.
func (s *site) instantiate(expr string) (drvs []storepath.Path) {
	s.Helper()
	file := filepath.Join(s.TempDir(), "default.nix")
	if err := os.WriteFile(file, []byte(expr), 0o644); err != nil {
		s.Fatal(err)
	}
	return s.instantiateFile(file)
}

// instantiateFile does the same with the arguments of nix-instantiate.
func (s *site) instantiateFile(args ...string) (drvs []storepath.Path) {
	s.Helper()
	for line := range strings.Lines(nix(s.T, s.root, "nix-instantiate", args...)) {
		p, err := storepath.Default.Parse(strings.TrimSpace(line))
		if err != nil {
			s.Fatal(err)
		}
		drvs = append(drvs, p)
	}
	return drvs
}

// nix runs one of Nix's programs on the store at root.
func nix(t *testing.T, root, name string, args ...string) string {
	t.Helper()
	out, err := tryNix(t, root, name, args...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

func tryNix(t *testing.T, root, name string, args ...string) (string, error) {
	cmd := exec.Command(name, append([]string{
		"--store", root, "--option", "build-users-group", "", "--option", "substitute", "false",
		"--option", "sandbox-paths", shell, "--option", "experimental-features", "nix-command ca-derivations",
	}, args...)...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "HOME=" + t.TempDir(), "NIX_CONF_DIR=" + root}
	var stderr strings.Builder
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Logf("%s %q: %s", name, args, stderr.String())
	}
	return string(out), err
}

func (s *site) build(drvs ...storepath.Path) ([]build.Result, error) {
	s.Helper()
	var targets []build.Target
	for _, d := range drvs {
		targets = append(targets, build.Target{Drv: d})
	}
	return build.New(s.opts).Build(context.WithoutCancel(s.Context()), targets...)
}
