package cli

import (
	"context"
	"path/filepath"

	"github.com/spf13/cobra"
)

type printDevEnvOptions struct {
	shellOptions
	json bool
}

func newPrintDevEnvCmd(a *app) *cobra.Command {
	var o printDevEnvOptions
	cmd := &cobra.Command{
		Use:   "print-dev-env (REF[#ATTR] | --file FILE | --expr EXPR | DRV) [--attr ATTR]",
		Short: "Print the environment in which a derivation is built",
		Long: `Print the environment in which a derivation is built, as "nix print-dev-env" does: text that bash can
source, with all variables and functions, stdenv's among them, and shellHook. With --json the variables,
with their kinds, and the functions. The derivation's inputs are built, the derivation is not.

A file sees the environment, the system and NIX_PATH, an expression does with --impure. DRV is the path
of a .drv file, REF#ATTR a shell of a flake's devShells or one of its packages.`,
		Example: `  devenv print-dev-env --file shell.nix > env.sh && . ./env.sh
  devenv print-dev-env --json --file . --attr hello
  devenv print-dev-env .#backend
  devenv print-dev-env /nix/store/…-hello-2.12.drv`,
		Args: func(cmd *cobra.Command, args []string) error { return o.check(cmd, args) },
		RunE: func(cmd *cobra.Command, args []string) error { return runPrintDevEnv(cmd.Context(), a, o, args) },
	}
	o.addFlags(cmd)
	cmd.Flags().BoolVar(&o.json, "json", false, "print JSON")
	return cmd
}

// check wants one derivation.
func (o *shellOptions) check(cmd *cobra.Command, args []string) error {
	switch {
	case len(args) == 0 && !o.wanted():
		return withHint(usagef("there is no derivation"), "name a file or an expression: --file shell.nix, --expr EXPR")
	case len(args) > 0 && o.wanted():
		return usagef("an expression and a derivation cannot be meant at once")
	case len(args) > 0 && o.attr != "":
		return usagef("--attr selects from an expression, and there is none")
	}
	return atMost(1)(cmd, args)
}

func runPrintDevEnv(ctx context.Context, a *app, o printDevEnvOptions, args []string) error {
	cwd, err := a.dir("")
	if err != nil {
		return err
	}
	shell, err := a.captureShell(ctx, o.shellOptions, args)
	if err != nil {
		return err
	}
	if !o.json {
		_, err := a.streams.Out.Write(shell.Script(filepath.Join(cwd, "outputs")))
		return err
	}
	document, err := shell.JSON()
	if err != nil {
		return err
	}
	return a.compactJSON(document)
}
