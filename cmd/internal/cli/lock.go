package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/workspace"
)

type lockOptions struct {
	update, check, json bool
}

func newLockCmd(a *app) *cobra.Command {
	var o lockOptions
	cmd := &cobra.Command{
		Use:   "lock [--check | --update [TOOL|INPUT...]]",
		Short: "Pin every tool in devenv.lock, for all platforms, or a flake's inputs in flake.lock",
		Long: `Write devenv.lock: for each tool the version, and for each platform where its archives are and
what their checksums are. Pins that still satisfy what is asked for stay as they are; --update looks
for newer releases, of all tools or only the named ones. A lock that has everything is not touched,
and no network is used. Beside a flake.nix, without a devenv.toml, it is flake.lock that is written,
and the names are those of inputs; see devenv flake lock.`,
		Example: `  devenv lock
  devenv lock --update
  devenv lock --update node
  devenv lock --check             # in CI: exit 1 when the lock is stale`,
		Args: func(_ *cobra.Command, args []string) error {
			switch {
			case o.update && o.check:
				return usagef("--update and --check exclude each other")
			case !o.update && len(args) > 0:
				return withHint(usagef("unexpected argument %q", args[0]), "devenv lock --update "+strings.Join(args, " "))
			}
			return nil
		},
		ValidArgsFunction: completeDeclared(a),
		RunE:              func(cmd *cobra.Command, args []string) error { return runLock(cmd.Context(), a, o, args) },
	}
	cmd.Flags().BoolVar(&o.update, "update", false, "look for newer releases, of all tools or those named")
	cmd.Flags().BoolVar(&o.check, "check", false, "write nothing; exit 1 when the lock is stale")
	cmd.Flags().BoolVar(&o.json, "json", false, lockJSON)
	return cmd
}

// newUpdateCmd is `lock --update` under the name that other tools have for it.
func newUpdateCmd(a *app) *cobra.Command {
	o := lockOptions{update: true}
	cmd := &cobra.Command{
		Use:               "update [TOOL|INPUT...]",
		Aliases:           []string{"upgrade"},
		Short:             "Move the pins in devenv.lock or flake.lock to newer releases",
		Long:              "Do what `devenv lock --update` does: look for newer releases of all tools, or of a flake's\ninputs, or only the named ones.",
		Example:           "  devenv update\n  devenv update node",
		ValidArgsFunction: completeDeclared(a),
		RunE:              func(cmd *cobra.Command, args []string) error { return runLock(cmd.Context(), a, o, args) },
	}
	cmd.Flags().BoolVar(&o.json, "json", false, lockJSON)
	return cmd
}

const lockJSON = "print {file, written, stale, changes: [{tool, old, new}], missing}"

func runLock(ctx context.Context, a *app, o lockOptions, names []string) error {
	ws, dir, err := a.here(ctx)
	if err != nil {
		return err
	}
	if beside(dir) {
		return a.lockFlake(ctx, o, names)
	}
	report, err := ws.Lock(ctx, dir, workspace.LockOptions{Update: o.update, Names: names, Check: o.check})
	if err != nil {
		return err
	}
	a.progress.Close()
	if o.json {
		if err := a.streams.JSON(report); err != nil {
			return err
		}
	} else {
		a.tellLock(report, o)
	}
	if o.check && len(report.Stale) > 0 {
		return &silentExit{exitFailed}
	}
	return nil
}

func (a *app) tellLock(report workspace.LockReport, o lockOptions) {
	if o.check {
		for _, why := range report.Stale {
			a.streams.Notice("%s is stale: %s", report.File, why)
		}
		if len(report.Stale) > 0 {
			a.streams.Notice("`devenv lock` brings it up to date")
		}
		return
	}
	st := a.streams.OutStyles()
	for _, c := range report.Changes {
		switch {
		case c.Old == "":
			a.streams.Printf("%s %s\n", c.Tool, st.Good(c.New))
		case c.New == "":
			a.streams.Printf("%s %s → %s\n", c.Tool, c.Old, st.Dim("not asked for any more"))
		default:
			a.streams.Printf("%s %s → %s\n", c.Tool, st.Dim(c.Old), st.Good(c.New))
		}
	}
	for _, m := range report.Missing {
		a.streams.Notice("%s", m)
	}
	switch {
	case report.Written:
		a.streams.Notice("wrote %s", report.File)
	default:
		a.streams.Notice("%s is up to date", report.File)
	}
}
