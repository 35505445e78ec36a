package cli

import (
	"context"
	"fmt"

	"github.com/spf13/cobra"

	"devenv/resolver/nixlang/host"
)

type instantiateOptions struct {
	evaluationOptions
	storeFlags
	attrs   []string
	addRoot string
}

func newInstantiateCmd(a *app) *cobra.Command {
	var o instantiateOptions
	cmd := &cobra.Command{
		Use:   "instantiate (REF[#ATTR]... | --expr EXPR | --file FILE) [--attr ATTR]...",
		Short: "Write the derivations of a Nix expression to the store",
		Long: `Evaluate a Nix expression, write its derivations and all that they refer to to the store, and print the
paths of the .drv files, as "nix-instantiate" does. Nothing is built. A REF#ATTR is a package of a flake.

Files may be read; the environment, the clock, the system, -I and NIX_PATH are seen with --impure only.`,
		Example: `  devenv instantiate --file . --attr hello
  devenv instantiate .#hello
  devenv instantiate --impure --file '<nixpkgs>' --attr hello --add-root ./hello.drv`,
		Args: func(_ *cobra.Command, args []string) error { return o.checkReference(args) },
		RunE: func(cmd *cobra.Command, args []string) error { return runInstantiate(cmd.Context(), a, o, args) },
	}
	f := cmd.Flags()
	o.addFlags(f)
	o.flake.addLockFlags(f)
	o.addCacheFlag(f)
	f.StringArrayVarP(&o.attrs, "attr", "A", nil, "select `ATTR`, such as a.b.0; once for each")
	f.StringVar(&o.addRoot, "add-root", "", "link the .drv file to `LINK`, and more to LINK-2, LINK-3")
	addStoreFlag(cmd, &o.storeFlags)
	cmd.MarkFlagsMutuallyExclusive("expr", "file")
	return cmd
}

func runInstantiate(ctx context.Context, a *app, o instantiateOptions, refs []string) error {
	st, err := a.stores(ctx, nil)
	if err != nil {
		return err
	}
	defer st.close()
	s, err := st.open(ctx, o.url)
	if err != nil {
		return err
	}
	o.world = func(h *host.Options) { h.StoreDir = s.Dir() }
	var list []chosen
	if len(refs) > 0 {
		list, err = a.flakeDerivations(ctx, o.evaluationOptions, refs, written{s})
	} else {
		list, err = a.askDerivations(ctx, o.evaluationOptions, o.attrs, written{s})
	}
	if err != nil {
		return err
	}
	return a.printDerivations(ctx, s, list, o.addRoot)
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

// printDerivations makes roots of .drv files, and prints them.
func (a *app) printDerivations(ctx context.Context, s *anyStore, list []chosen, root string) error {
	cwd, err := a.dir("")
	if err != nil {
		return err
	}
	for i, c := range list {
		text := s.Dir().Join(c.Path)
		if root != "" {
			text = absolute(root, cwd)
			if i > 0 {
				text += fmt.Sprintf("-%d", i+1)
			}
			if err := s.keep(ctx, text, c.Path); err != nil {
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
