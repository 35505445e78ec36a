package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/resolver/flake"
)

func newFlakeShowCmd(a *app) *cobra.Command {
	var o flakeOptions
	var show flake.ShowOptions
	var e evaluationOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "show [REF]",
		Short: "List what a flake has",
		Long: `List the outputs of a flake: packages, apps, development shells, templates, … No more is evaluated than
is shown, and nothing is built.`,
		Example: "  devenv flake show\n  devenv flake show github:numtide/flake-utils\n  devenv flake show --all-systems --json",
		Args:    atMost(1),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			ref, err := s.ref(first(args))
			if err != nil {
				return err
			}
			return a.evaluateFlake(ctx, s, ref, e, &o, func(c *called) error {
				show.System = c.system()
				entry, err := flake.Show(c.Evaluator, c.outputs, show, func(text string) { a.streams.Notice("%s", text) })
				if err != nil {
					return err
				}
				if asJSON {
					return a.streams.JSON(entry.JSON())
				}
				locked, err := c.flake.Locked(ctx)
				if err == nil {
					a.streams.Printf("%s", entry.Text(locked.String(), a.paint))
				}
				return err
			})
		}),
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&show.AllSystems, "all-systems", false, "show what is for other systems as well")
	cmd.Flags().BoolVar(&show.Legacy, "legacy", false, "look into legacyPackages")
	cmd.Flags().BoolVar(&e.impure, "impure", false, "show the environment, the clock and the system to the flake")
	cmd.Flags().BoolVar(&e.trace, "show-trace", false, "show all that led to an error")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print the tree; each output is {type, name, description}")
	return cmd
}

// paint colours a part of a tree of outputs.
func (a *app) paint(what, text string) string {
	st := a.streams.OutStyles()
	switch what {
	case "title", "name":
		return st.Bold(text)
	case "branch":
		return st.Dim(text)
	case "omitted":
		return st.Warn(text)
	}
	return text
}
