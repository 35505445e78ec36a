package cli

import (
	"context"

	"github.com/spf13/cobra"
)

func newInitCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "init [DIR]",
		Short: "Write a devenv.toml from what the project already says",
		Long: `Write a devenv.toml with the versions that .nvmrc, .python-version, go.mod and their kin ask
for. An existing devenv.toml is left alone. Version files work without it; devenv.toml adds variables,
scripts and hooks.`,
		Example:           "  devenv init",
		ValidArgsFunction: completeDirs,
		Args:              atMost(1),
		RunE:              func(cmd *cobra.Command, args []string) error { return runInit(cmd.Context(), a, args) },
	}
}

func runInit(ctx context.Context, a *app, args []string) error {
	dir, err := a.dir(first(args))
	if err != nil {
		return err
	}
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	lines, err := ws.Init(ctx, dir)
	if err != nil {
		return err
	}
	for _, line := range lines {
		a.streams.Notice("%s", line)
	}
	return nil
}
