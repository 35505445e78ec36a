package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/workspace"
)

func newReloadCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "reload",
		Short:   "Build the environment of this directory again, now",
		Long:    "Build the environment of this directory again, also after a failure. Pins stay as they are.",
		Example: "  devenv reload",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return bringUp(cmd.Context(), a, (*workspace.Workspace).Reload)
		},
	}
}

func newWaitCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:   "wait",
		Short: "Wait until the environment of this directory is ready",
		Long: `Wait until the work that the hook began in the background is done, showing its progress from
here on; the next prompt has the environment.`,
		Example: "  cd project && devenv wait",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return bringUp(cmd.Context(), a, (*workspace.Workspace).Wait)
		},
	}
}

func bringUp(ctx context.Context, a *app, how func(*workspace.Workspace, context.Context, string) error) error {
	ws, dir, err := a.here(ctx)
	if err != nil {
		return err
	}
	return how(ws, ctx, dir)
}
