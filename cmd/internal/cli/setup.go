package cli

import (
	"context"
	"os/exec"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/workspace"
	"devenv/env"
)

type setupOptions struct {
	undo, dryRun, json bool
	system, yes        bool
}

func newSetupCmd(a *app) *cobra.Command {
	var o setupOptions
	cmd := &cobra.Command{
		Use:   "setup [bash|zsh|fish...]",
		Short: "Install the hook into your shells' rc files",
		Long: `Write the hook into a file and let the rc file of each shell source it: no process is started
for it when a shell starts. Without arguments all of bash, zsh and fish that are installed are set up.
--undo takes everything away again.

--system makes a /nix on this machine, which is yours, once: what Nix builds then runs from its own place,
without namespaces. Making it takes root: the command is printed, and run by root or with --yes.`,
		Example:   "  devenv setup\n  devenv setup zsh\n  devenv setup --undo\n  devenv setup --system",
		Args:      anyOf(shellNames),
		ValidArgs: shellNames,
		RunE: func(cmd *cobra.Command, args []string) error {
			switch {
			case o.system && (o.undo || o.json || len(args) > 0):
				return usagef("--system goes with --yes and --dry-run only")
			case o.yes && !o.system:
				return usagef("--yes goes with --system")
			case o.system:
				return runSetupSystem(cmd.Context(), a, o)
			}
			return runSetup(cmd.Context(), a, o, args)
		},
	}
	cmd.Flags().BoolVar(&o.undo, "undo", false, "take the hook out again")
	cmd.Flags().BoolVarP(&o.dryRun, "dry-run", "n", false, "only say what would be done")
	cmd.Flags().BoolVar(&o.system, "system", false, "make a /nix for your store instead")
	cmd.Flags().BoolVarP(&o.yes, "yes", "y", false, "with --system: run what takes root, by sudo")
	cmd.Flags().BoolVar(&o.json, "json", false, "print an array of {shell, rc, hook, changed}")
	return cmd
}

func runSetup(ctx context.Context, a *app, o setupOptions, names []string) error {
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	if len(names) == 0 {
		names = installedShells()
	}
	edits := []workspace.RCEdit{}
	for _, name := range names {
		edit, err := ws.SetUp(env.Shell(name), o.undo, o.dryRun)
		if err != nil {
			return err
		}
		edits = append(edits, edit)
	}
	if o.json {
		return a.streams.JSON(edits)
	}
	for _, e := range edits {
		a.tellSetup(e, o)
	}
	if !o.undo && !o.dryRun {
		a.streams.Notice("open a new shell, then `cd` into a project")
	}
	return nil
}

func (a *app) tellSetup(e workspace.RCEdit, o setupOptions) {
	switch {
	case !e.Changed && o.undo:
		a.streams.Notice("%s: %s had no hook", e.Shell, e.RC)
	case !e.Changed:
		a.streams.Notice("%s: %s loads the hook already; its file is up to date", e.Shell, e.RC)
	case o.dryRun && o.undo:
		a.streams.Notice("%s: would take the hook out of %s", e.Shell, e.RC)
	case o.dryRun:
		a.streams.Notice("%s: would add the hook to %s", e.Shell, e.RC)
	case o.undo:
		a.streams.Notice("%s: took the hook out of %s", e.Shell, e.RC)
	default:
		a.streams.Notice("%s: added the hook to %s", e.Shell, e.RC)
	}
}

func installedShells() []string {
	var found []string
	for _, name := range shellNames {
		if _, err := exec.LookPath(name); err == nil {
			found = append(found, name)
		}
	}
	return found
}
