package cli

import (
	"context"

	"github.com/spf13/cobra"
)

type whichOptions struct{ json bool }

func newWhichCmd(a *app) *cobra.Command {
	var o whichOptions
	cmd := &cobra.Command{
		Use:     "which BIN",
		Short:   "Say where a command comes from",
		Long:    "Print the file that a command is in the environment of this directory, a tool's or the system's.",
		Example: "  devenv which node",
		Args:    needsOne("the name of a command", "devenv which node"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runWhich(cmd.Context(), a, o, args[0]) },
	}
	cmd.Flags().BoolVar(&o.json, "json", false, "print {bin, path, tool, version}; the last two are empty for the system's")
	return cmd
}

func runWhich(ctx context.Context, a *app, o whichOptions, bin string) error {
	dir, err := a.dir("")
	if err != nil {
		return err
	}
	environ, err := a.enter(ctx, dir)
	if err != nil {
		return err
	}
	path, err := lookPath(bin, dir, environ)
	if err != nil {
		return err
	}
	if !o.json {
		a.streams.Printf("%s\n", path)
		return nil
	}
	answer := struct {
		Bin     string `json:"bin"`
		Path    string `json:"path"`
		Tool    string `json:"tool"`
		Version string `json:"version"`
	}{Bin: bin, Path: path}
	tools, err := a.ws.Tools(ctx, dir)
	if err != nil {
		return err
	}
	for _, t := range tools {
		if t.Provides(path) {
			answer.Tool, answer.Version = t.Tool, t.Version
		}
	}
	return a.streams.JSON(answer)
}
