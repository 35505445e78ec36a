package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"devenv/resolver/flake"
	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
)

func newFlakeInitCmd(a *app) *cobra.Command {
	return newTemplateCmd(a, &cobra.Command{
		Use:     "init [-t TEMPLATE]",
		Short:   "Make a flake in this directory from a template",
		Long:    "Copy a template's files into this directory. Files that are there already stay; what differs is told.",
		Example: "  devenv flake init -t templates#go-hello\n  devenv flake init -t ./my-templates",
		Args:    atMost(0),
	})
}

func newFlakeNewCmd(a *app) *cobra.Command {
	return newTemplateCmd(a, &cobra.Command{
		Use:     "new [-t TEMPLATE] DIR",
		Short:   "Make a flake in a new directory from a template",
		Long:    "Make a directory with a template's files in it.",
		Example: "  devenv flake new -t templates#go-hello hello",
		Args:    needsOne("a directory", "devenv flake new -t templates#go-hello hello"),
	})
}

func newTemplateCmd(a *app, cmd *cobra.Command) *cobra.Command {
	var o flakeOptions
	var template string
	cmd.RunE = a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
		in, err := s.installable(template)
		if err != nil {
			return err
		}
		o.lock.NoWrite = true
		return a.evaluateFlake(ctx, s, in.Ref, evaluationOptions{}, &o, func(c *called) error {
			return c.copyTemplate(ctx, in, absolute(first(args), s.cwd))
		})
	})
	cmd.Flags().StringVarP(&template, "template", "t", "templates", "take the template `REF#NAME`")
	return cmd
}

// copyTemplate copies a template's files into a directory.
func (c *called) copyTemplate(ctx context.Context, in flakeref.Installable, dir string) error {
	v, _, err := c.find(flake.TemplatePaths(in))
	if err != nil {
		return err
	}
	attr, err := c.Attr(v, "path")
	if err != nil {
		return err
	}
	if attr == nil {
		return withHint(errors.New("the template has no path"), "a template is { path = ./dir; description = \"…\"; }")
	}
	from, err := c.Raw(attr)
	if kind, typeErr := c.Type(attr); typeErr == nil && kind == "path" {
		from, err = c.ToPath(attr)
	}
	if err != nil {
		return err
	}
	t := &templateCopy{called: c}
	if err := t.dir(from, dir); err != nil {
		return err
	}
	if err := t.tell(ctx, dir); err != nil {
		return err
	}
	return c.welcome(v)
}

// welcome shows what a template says to who has taken it.
func (c *called) welcome(v *eval.Value) error {
	attr, err := c.Attr(v, "welcomeText")
	if attr == nil || err != nil {
		return err
	}
	text, _, err := c.ToString(attr)
	if err == nil {
		c.flakes.a.streams.Notice("%s", strings.TrimRight(text, "\n"))
	}
	return err
}

// A templateCopy remembers what it has written.
type templateCopy struct {
	*called
	written, differ []string
}

func (t *templateCopy) dir(from, to string) error {
	if err := os.MkdirAll(to, 0o777); err != nil {
		return err
	}
	entries, err := t.world.ReadDir(from)
	if err != nil {
		return err
	}
	for _, e := range entries {
		from, to := path.Join(from, e.Name), filepath.Join(to, e.Name)
		switch e.Type {
		case eval.Directory:
			err = t.dir(from, to)
		case eval.RegularFile:
			err = t.file(from, to)
		case eval.Symlink:
			err = t.link(from, to)
		default:
			err = fmt.Errorf("%s is neither a file nor a directory nor a link", from)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

func (t *templateCopy) file(from, to string) error {
	text, err := t.world.ReadFile(from)
	if err != nil {
		return err
	}
	if _, err := os.Lstat(to); err == nil {
		old, err := os.ReadFile(to)
		t.there(to, err == nil && bytes.Equal(old, text))
		return nil
	}
	f, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	_, err = f.Write(text)
	t.written = append(t.written, to)
	return errors.Join(err, f.Close())
}

func (t *templateCopy) link(from, to string) error {
	target, err := t.world.ReadLink(from)
	if err != nil {
		return err
	}
	err = os.Symlink(target, to)
	if errors.Is(err, fs.ErrExist) {
		old, readErr := os.Readlink(to)
		t.there(to, readErr == nil && old == target)
		return nil
	}
	t.written = append(t.written, to)
	return err
}

// there is a file that was there before.
func (t *templateCopy) there(to string, same bool) {
	if !same {
		t.differ = append(t.differ, to)
	}
}

// tell says what was written, and lets Git know of it.
func (t *templateCopy) tell(ctx context.Context, dir string) error {
	streams := t.flakes.a.streams
	for _, file := range t.written {
		streams.Notice("wrote %s", file)
	}
	if _, err := os.Lstat(filepath.Join(dir, ".git")); err == nil && len(t.written) > 0 {
		if err := t.flakes.git(ctx, dir, append([]string{"add", "--intent-to-add", "--force", "--"}, t.written...)...); err != nil {
			return err
		}
	}
	if len(t.differ) > 0 {
		return withHint(fmt.Errorf("the template has other contents for files that are there, which stay as they are:\n%s", strings.Join(t.differ, "\n")), "move them away, or take over by hand what you want")
	}
	return nil
}
