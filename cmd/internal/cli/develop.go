package cli

import (
	"context"
	"os"
	"os/exec"

	"github.com/spf13/cobra"

	"devenv/env"
)

type developOptions struct {
	shellOptions
	start         startEnviron
	command, bash bool
	nixStore      bool
}

func newDevelopCmd(a *app) *cobra.Command {
	var o developOptions
	cmd := &cobra.Command{
		Use:        "develop [--file FILE | --expr EXPR] [--attr ATTR] [-c COMMAND [ARG...]]",
		SuggestFor: []string{"shell", "enter", "activate"},
		Short:      "Start your shell in the environment, or run one command there",
		Long: `Start your own shell, with its own configuration, in the environment of the current directory.
With -c run a command instead; everything behind -c belongs to it, and its exit code is ours.
The hook "enter" of the projects runs first, its output on standard error; "leave" is for shells that
come and go by cd. exec and export run no hooks.

With --file or --expr it is the environment of a derivation that bash builds: what mkShell of a shell.nix
makes, or any package of stdenv's, as "nix develop" has it. Its inputs are built, its variables are set, PATH
and XDG_DATA_DIRS get its directories in front, and shellHook runs at last; what only a build wants stays out.
--bash is for that: bash with all variables and functions. A file sees the environment, the system and
NIX_PATH, an expression does with --impure.`,
		Example: `  devenv develop
  devenv develop -c node --version
  devenv develop -C ~/src/project -c make
  devenv develop --file shell.nix
  devenv develop --file . --attr hello --bash
  devenv develop --file shell.nix -i -k HOME -s CI true -c make`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case !o.wanted() && (o.bash || o.attr != ""):
				return withHint(usagef("--attr and --bash are for derivations"), "name a file or an expression: --file shell.nix, --expr EXPR")
			case o.command && len(args) == 0:
				return withHint(usagef("-c needs a command"), "devenv develop -c COMMAND [ARG...]")
			case !o.command && len(args) > 0:
				return withHint(usagef("unexpected argument %q", args[0]), "a command stands behind -c: devenv develop -c "+args[0])
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error { return runDevelop(cmd.Context(), a, o, args) },
	}
	cmd.Flags().SetInterspersed(false)
	nixStoreFlag(cmd, &o.nixStore)
	o.addFlags(cmd)
	o.start.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&o.bash, "bash", false, "start bash, with the functions and variables of a build")
	cmd.Flags().BoolVarP(&o.command, "command", "c", false, "run the command that follows instead of a shell")
	return cmd
}

func runDevelop(ctx context.Context, a *app, o developOptions, args []string) error {
	start, err := o.start.of(a.environ)
	if err != nil {
		return err
	}
	a.environ = start
	if o.wanted() {
		return a.developShell(ctx, o, args)
	}
	dir, err := a.dir("")
	if err != nil {
		return err
	}
	layers, environ, err := a.layers(ctx, dir)
	if err != nil {
		return err
	}
	if ended, err := a.atNix(ctx, layers, args, o.nixStore); ended {
		return err
	}
	a.greet(ctx, layers, environ)
	if o.command {
		return a.exec(dir, environ, args)
	}
	environ, argv, err := a.interactive(environ)
	if err != nil {
		return err
	}
	return a.exec(dir, environ, argv)
}

// greet runs the projects' hooks for entering, outermost first, in the
// environment. Standard output stays the command's. A hook that fails is said,
// and stops nothing: the environment is there.
func (a *app) greet(ctx context.Context, layers []env.Layer, environ []string) {
	for _, layer := range layers {
		if layer.Enter == "" {
			continue
		}
		hook := exec.CommandContext(ctx, "/bin/sh", "-c", layer.Enter)
		hook.Dir, hook.Env = layer.Dir, environ
		hook.Stdin, hook.Stdout, hook.Stderr = os.Stdin, a.streams.Err, a.streams.Err
		if err := hook.Run(); err != nil {
			a.streams.Notice("the hook `enter` of %s: %v", layer.Dir, err)
		}
	}
}
