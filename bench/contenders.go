package main

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
)

// Contender is one way to have an environment by directory.
type Contender struct {
	Name    string
	Version string
	Missing string // why it is not measured; empty if it is

	program       string
	home, project string
	vars          []string // of its processes, beyond HOME and PATH
	// configure writes the contender's configuration: the project's files,
	// permission for them, and the lines of the rc files. Nil for no contender
	// at all.
	configure func(context.Context, *Contender) error
	// exec is the argv that runs a command in the environment of dir.
	exec func(dir string, argv ...string) []string
	// turns is how many unchanged prompts, and how many pairs of leaving and
	// entering, make one sample: enough for some milliseconds.
	turns, pairs int
}

type peerPaths struct{ direnv, direnvNew, mise string }

// none is the contender that does nothing: what the measuring itself costs.
const none = "no hook"

// contenders are all that there are; those that cannot be measured say why.
func (s *site) contenders(ctx context.Context, peers peerPaths) []*Contender {
	all := []*Contender{
		{Name: none, turns: 100, pairs: 50},
		s.devenv(),
		direnv("direnv", peers.direnv),
		direnv("direnv-new", peers.direnvNew),
		mise(ctx, peers.mise),
	}
	for _, c := range all {
		if c.Missing == "" && c.Name != none {
			path, err := exec.LookPath(c.program)
			if err != nil {
				c.Missing = "not on this machine"
				continue
			}
			c.program, _ = filepath.Abs(path)
		}
		if c.Missing == "" {
			if err := s.prepare(ctx, c); err != nil {
				c.Missing = err.Error()
			}
		}
	}
	return all
}

func (s *site) devenv() *Contender {
	c := &Contender{
		Name: "devenv", program: s.path("bin/devenv"), turns: 50, pairs: 10,
		vars: []string{"DEVENV_STORE=" + s.path("store")},
	}
	c.exec = func(dir string, argv ...string) []string {
		return append([]string{c.program, "exec", "-C", dir, "--"}, argv...)
	}
	c.configure = func(ctx context.Context, c *Contender) error {
		text := "[env]\nPATH = [\"./" + nodeDir + "\"]\n"
		for _, v := range variables {
			text += fmt.Sprintf("%s = %q\n", v.name, v.value)
		}
		if err := write(filepath.Join(c.project, "devenv.toml"), text); err != nil {
			return err
		}
		if _, err := c.run(ctx, c.program, "allow"); err != nil {
			return err
		}
		if _, err := c.run(ctx, c.program, "setup", "bash", "zsh", "fish"); err != nil {
			return err
		}
		version, err := c.run(ctx, c.program, "--version")
		c.Version = strings.TrimSpace(strings.TrimPrefix(version, "devenv "))
		return err
	}
	return c
}

// direnv is set up as direnv-stdlib(1) and its "hook" page say.
func direnv(name, program string) *Contender {
	c := &Contender{Name: name, program: program, turns: 3, pairs: 1}
	if program == "" {
		c.Missing = "give -direnv-new or $DIRENV_NEW"
	}
	c.exec = func(dir string, argv ...string) []string {
		return append([]string{c.program, "exec", dir}, argv...)
	}
	c.configure = func(ctx context.Context, c *Contender) error {
		text := "PATH_add " + nodeDir + "\n"
		for _, v := range variables {
			text += fmt.Sprintf("export %s=%q\n", v.name, v.value)
		}
		if err := write(filepath.Join(c.project, ".envrc"), text); err != nil {
			return err
		}
		if _, err := c.run(ctx, c.program, "allow"); err != nil {
			return err
		}
		version, err := c.run(ctx, c.program, "version")
		c.Version = strings.TrimSpace(version)
		return firstOf(err, c.rcFiles("hook"))
	}
	return c
}

// mise is set up as "Getting started" and "Environments" of its manual say.
func mise(ctx context.Context, program string) *Contender {
	c := &Contender{Name: "mise", program: program, turns: 3, pairs: 1}
	if program == "" {
		var err error
		if c.program, err = installMise(ctx); err != nil {
			c.Missing = err.Error()
		}
	}
	c.exec = func(dir string, argv ...string) []string {
		return append([]string{c.program, "exec", "-C", dir, "--"}, argv...)
	}
	c.configure = func(ctx context.Context, c *Contender) error {
		text := "[env]\n_.path = [\"./" + nodeDir + "\"]\n"
		for _, v := range variables {
			text += fmt.Sprintf("%s = %q\n", v.name, v.value)
		}
		if err := write(filepath.Join(c.project, "mise.toml"), text); err != nil {
			return err
		}
		// Without this directory, which its first tool makes, mise takes no short cuts.
		if err := os.MkdirAll(filepath.Join(c.home, ".local/share/mise/installs"), 0o755); err != nil {
			return err
		}
		if _, err := c.run(ctx, c.program, "trust"); err != nil {
			return err
		}
		version, err := c.run(ctx, c.program, "--version")
		c.Version, _, _ = strings.Cut(lastLine(version), " ")
		return firstOf(err, c.rcFiles("activate"))
	}
	return c
}

// rcFiles writes the line that most tools ask for: eval "$(program command shell)".
func (c *Contender) rcFiles(command string) error {
	return firstOf(
		write(filepath.Join(c.home, ".bashrc"), fmt.Sprintf("eval \"$(%s %s bash)\"\n", c.program, command)),
		write(filepath.Join(c.home, ".zshrc"), fmt.Sprintf("eval \"$(%s %s zsh)\"\n", c.program, command)),
		write(filepath.Join(c.home, ".config/fish/config.fish"), fmt.Sprintf("%s %s fish | source\n", c.program, command)),
	)
}

func firstOf(errs ...error) error {
	for _, err := range errs {
		if err != nil {
			return err
		}
	}
	return nil
}

func lastLine(text string) string {
	lines := strings.Split(strings.TrimSpace(text), "\n")
	return lines[len(lines)-1]
}
