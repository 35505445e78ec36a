package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// site is the temporary directory in which everything happens:
//
//	bin/devenv, bin/bare   what is measured, and a Go program that does nothing
//	<contender>/home       its HOME, with rc files for the three shells
//	<contender>/project    the project
//	elsewhere              a directory without one
type site struct{ dir string }

func newSite(ctx context.Context) (*site, error) {
	dir, err := os.MkdirTemp("", "devenv-bench-")
	if err != nil {
		return nil, err
	}
	if dir, err = filepath.EvalSymlinks(dir); err != nil {
		return nil, err
	}
	s := &site{dir}
	for name, pkg := range map[string]string{"devenv": "devenv/cmd/devenv", "bare": "devenv/bench/bare"} {
		build := exec.CommandContext(ctx, "go", "build", "-trimpath", "-ldflags", "-s -w", "-o", s.path("bin", name), pkg)
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if text, err := build.CombinedOutput(); err != nil {
			s.close()
			return nil, fmt.Errorf("building %s: %w\n%s", pkg, err, text)
		}
	}
	return s, os.MkdirAll(s.elsewhere(), 0o755)
}

func (s *site) close() { os.RemoveAll(s.dir) }

func (s *site) path(elem ...string) string { return filepath.Join(append([]string{s.dir}, elem...)...) }

func (s *site) elsewhere() string { return s.path("elsewhere") }

// What every project sets: a variable by which one sees that it is active, some
// more, and a directory on PATH with a node that is a small script, so that
// nobody needs a download.
var variables = []struct{ name, value string }{
	{witness, "inside"},
	{"DATABASE_URL", "postgres://localhost/bench"},
	{"NODE_ENV", "development"},
}

const (
	witness = "BENCH_WITNESS"
	nodeDir = "tools/node/bin"
)

// prepare makes the home and the project of a contender, lets it write its
// configuration, and checks that its own command for running something in the
// environment does so.
func (s *site) prepare(ctx context.Context, c *Contender) error {
	c.home, c.project = s.path(c.Name, "home"), s.path(c.Name, "project")
	files := map[string]string{
		filepath.Join(c.home, ".bashrc"):                  "",
		filepath.Join(c.home, ".zshrc"):                   "",
		filepath.Join(c.home, ".config/fish/config.fish"): "",
		filepath.Join(c.project, nodeDir, "node"):         "#!/bin/sh\necho v0.0.0\n",
	}
	// Without this directory fish writes completions for all man pages, for a minute.
	if err := os.MkdirAll(filepath.Join(c.home, ".local/share/fish/generated_completions"), 0o755); err != nil {
		return err
	}
	for path, text := range files {
		if err := write(path, text); err != nil {
			return err
		}
	}
	if c.configure == nil {
		return nil
	}
	if err := c.configure(ctx, c); err != nil {
		return err
	}
	out, err := c.run(ctx, c.exec(c.project, "sh", "-c", "echo $"+witness+"; command -v node")...)
	if want := "inside\n" + filepath.Join(c.project, nodeDir, "node") + "\n"; err == nil && out != want {
		err = fmt.Errorf("the environment has %q, not %q", out, want)
	}
	return err
}

func write(path, text string) error {
	if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
		return err
	}
	return os.WriteFile(path, []byte(text), 0o755)
}

// environ is what a contender's processes see: nothing of the user's but PATH.
func (c *Contender) environ() []string {
	return append([]string{
		"HOME=" + c.home, "PATH=" + os.Getenv("PATH"), "LANG=C.UTF-8", "TERM=xterm", "SHELL=/bin/bash", "USER=bench",
	}, c.vars...)
}

// run runs a program in the project and gives its standard output.
func (c *Contender) run(ctx context.Context, argv ...string) (string, error) {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env, cmd.Dir = c.environ(), c.project
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%s: %w: %s", strings.Join(argv, " "), err, strings.TrimSpace(string(exit.Stderr)))
	}
	return string(out), err
}
