package cli

import (
	"context"
	"strings"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/workspace"
)

func newAddCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:        "add TOOL[@CONSTRAINT]...",
		Aliases:    []string{"use"},
		SuggestFor: []string{"install", "pin"},
		Short:      "Declare a tool in devenv.toml, and get it",
		Long: `Declare tools in the devenv.toml of this directory, which is made if there is none; comments
and order stay. Without a constraint the newest release line is declared: the newest LTS major version of
node, the newest minor version of python and go.`,
		Example:           "  devenv add node@24\n  devenv add 'python@>=3.11,<3.13' go",
		Args:              needs("a TOOL", "devenv add node@24"),
		ValidArgsFunction: completeCatalogue(a, 1<<10),
		RunE:              func(cmd *cobra.Command, args []string) error { return runAdd(cmd.Context(), a, args) },
	}
}

func runAdd(ctx context.Context, a *app, args []string) error {
	specs := make([]workspace.Spec, 0, len(args))
	for _, arg := range args {
		tool, constraint, found := strings.Cut(arg, "@")
		if tool == "" || found && constraint == "" {
			return withHint(usagef("%q is not TOOL or TOOL@CONSTRAINT", arg), "devenv add node@24")
		}
		specs = append(specs, workspace.Spec{Tool: tool, Constraint: constraint})
	}
	ws, dir, err := a.here(ctx)
	if err != nil {
		return err
	}
	done, err := ws.Add(ctx, dir, specs)
	if err != nil {
		return err
	}
	a.progress.Close()
	for _, line := range done {
		a.streams.Notice("%s", line)
	}
	return nil
}

func newRmCmd(a *app) *cobra.Command {
	return &cobra.Command{
		Use:               "rm TOOL...",
		Aliases:           []string{"remove", "unuse"},
		SuggestFor:        []string{"uninstall", "delete"},
		Short:             "Take a tool out of devenv.toml",
		Long:              "Take tools out of the devenv.toml of this directory and out of its lock. What else the file says stays.",
		Example:           "  devenv rm go",
		Args:              needs("a TOOL", "devenv rm go"),
		ValidArgsFunction: completeDeclared(a),
		RunE: func(cmd *cobra.Command, args []string) error {
			dir, err := a.dir("")
			if err != nil {
				return err
			}
			ws, err := a.workspace(cmd.Context())
			if err != nil {
				return err
			}
			done, err := ws.Remove(cmd.Context(), dir, args)
			if err != nil {
				return err
			}
			for _, line := range done {
				a.streams.Notice("%s", line)
			}
			return nil
		},
	}
}
