package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/workspace"
)

func newAllowCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:     "allow [DIR]",
		Aliases: []string{"trust", "permit", "grant"},
		Short:   "Permit the code of a project to run",
		Long: `Permit what a project's devenv.toml can run: variables, scripts and hooks. The permission holds
for exactly this content; it is asked for again after an edit. Other worktrees of the same repository
with the same content share it. Version files and [tools] need none.`,
		Example:           "  devenv allow",
		ValidArgsFunction: completeDirs,
		Args:              atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return decideTrust(cmd.Context(), a, args, (*workspace.Workspace).Allow)
		},
	}
}

func newDenyCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "deny [DIR]",
		Aliases:           []string{"block", "revoke", "untrust"},
		Short:             "Withdraw the permission of a project",
		Long:              "Withdraw the permission of a project, whatever its content, until `devenv allow`.",
		Example:           "  devenv deny ~/src/project",
		ValidArgsFunction: completeDirs,
		Args:              atMost(1),
		RunE: func(cmd *cobra.Command, args []string) error {
			return decideTrust(cmd.Context(), a, args, (*workspace.Workspace).Deny)
		},
	}
}

func decideTrust(ctx context.Context, a *app, args []string, decide func(*workspace.Workspace, context.Context, string) error) error {
	dir, err := a.dir(first(args))
	if err != nil {
		return err
	}
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	return decide(ws, ctx, dir)
}
