package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/cmd/internal/workspace"
)

type listOptions struct{ json bool }

func newListCmd(a *app) *cobra.Command {
	var o listOptions
	cmd := &cobra.Command{
		Use:     "list",
		Aliases: []string{"ls"},
		Short:   "List the tools of this directory",
		Long:    "List the tools of this directory with what asked for them, the pinned version and its place.",
		Example: "  devenv list\n  devenv list --json",
		Args:    atMost(0),
		RunE:    func(cmd *cobra.Command, _ []string) error { return runList(cmd.Context(), a, o) },
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print an array of {tool, constraint, version, source, origin, path, installed}")
	return cmd
}

func runList(ctx context.Context, a *app, o listOptions) error {
	ws, dir, err := a.here(ctx)
	if err != nil {
		return err
	}
	tools, err := ws.Tools(ctx, dir)
	if err != nil {
		return err
	}
	if o.json {
		if tools == nil {
			tools = []workspace.ToolStatus{}
		}
		return a.streams.JSON(tools)
	}
	if len(tools) == 0 {
		a.streams.Notice("no tools are declared here; `devenv add node` declares one")
		return nil
	}
	rows := make([][]string, 0, len(tools))
	for _, t := range tools {
		rows = append(rows, []string{t.Tool, t.Version, ui.Clean(t.Constraint), ui.Clean(t.Origin), t.State()})
	}
	ui.Table(a.streams.Out, a.streams.OutStyles(), []string{"TOOL", "VERSION", "ASKED FOR", "BY", "STATE"}, rows)
	return nil
}
