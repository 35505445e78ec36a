package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/store/storepath"
)

type instantiateOptions struct {
	evaluationOptions
	attrs   []string
	addRoot string
}

func newInstantiateCmd(a *app) *cobra.Command {
	var o instantiateOptions
	cmd := &cobra.Command{
		Use:   "instantiate (--expr EXPR | --file FILE) [--attr ATTR]...",
		Short: "Write the derivations of a Nix expression to the store",
		Long: `Evaluate a Nix expression, write its derivations and all that they refer to to the store, and print the
paths of the .drv files, as "nix-instantiate" does. Nothing is built.

Files may be read; the environment, the clock, the system, -I and NIX_PATH are seen with --impure only.`,
		Example: `  devenv instantiate --file . --attr hello
  devenv instantiate --impure --file '<nixpkgs>' --attr hello --add-root ./hello.drv`,
		Args: func(_ *cobra.Command, args []string) error { return o.checkReference(args) },
		RunE: func(cmd *cobra.Command, _ []string) error { return runInstantiate(cmd.Context(), a, o) },
	}
	f := cmd.Flags()
	o.addFlags(f)
	f.StringArrayVarP(&o.attrs, "attr", "A", nil, "select `ATTR`, such as a.b.0; once for each")
	f.StringVar(&o.addRoot, "add-root", "", "keep the .drv file from gc by a link, `LINK`; more are LINK-2, …")
	cmd.MarkFlagsMutuallyExclusive("expr", "file")
	return cmd
}

func runInstantiate(ctx context.Context, a *app, o instantiateOptions) error {
	if len(o.attrs) == 0 {
		o.attrs = []string{""}
	}
	return a.evaluate(ctx, o.evaluationOptions, func(e *evaluation) error {
		list, err := e.derivations(o.attrs)
		if err != nil {
			return err
		}
		return a.writeDerivations(ctx, e, list, o.addRoot)
	})
}

// derivations are those of all attributes.
func (e *evaluation) derivations(attrs []string) (list []chosen, err error) {
	v, err := e.root()
	if err != nil {
		return nil, err
	}
	args, err := e.arguments()
	if err != nil {
		return nil, err
	}
	for _, attr := range attrs {
		selected, err := e.Select(v, attr, args)
		if err != nil {
			return nil, err
		}
		found, err := e.derivationsIn(selected, args)
		if err != nil {
			return nil, err
		}
		list = append(list, found...)
	}
	return list, nil
}

// writeDerivations writes .drv files, makes roots of them, and prints them.
func (a *app) writeDerivations(ctx context.Context, e *evaluation, list []chosen, root string) error {
	ws, err := a.workspace(ctx)
	if err != nil {
		return err
	}
	s, err := ws.Store(ctx)
	if err != nil {
		return err
	}
	var paths []storepath.Path
	for _, c := range list {
		paths = append(paths, c.Path)
	}
	if err := e.world.Flush(ctx, s, paths...); err != nil {
		return err
	}
	for i, c := range list {
		text := s.Dir().Join(c.Path)
		if root != "" {
			text = absolute(root, e.cwd)
			if i > 0 {
				text += fmt.Sprintf("-%d", i+1)
			}
			if err := s.AddIndirectRoot(ctx, text, c.Path); err != nil {
				return err
			}
		}
		if c.Output != "out" {
			text += "!" + c.Output
		}
		a.streams.Printf("%s\n", text)
	}
	return nil
}
