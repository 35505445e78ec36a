package cli

import (
	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/storepath"
)

func newWhyCmd(a *app) *cobra.Command {
	var f storeFlags
	var all bool
	cmd := &cobra.Command{
		Use:        "why [--all] PATH DEPENDENCY",
		SuggestFor: []string{"why-depends"},
		Short:      "Show why a store path depends on another",
		Long: `Show through which references a store path depends on another: the shortest way, or with --all
every way. Each PATH is a store path, or a link that leads to one.`,
		Example: "  devenv why ./result /nix/store/…-glibc-2.40",
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) != 2 {
				return withHint(usagef("why needs two paths"), "devenv why ./result /nix/store/…-glibc-2.40")
			}
			return nil
		},
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), &f, func(s *anyStore) error {
				paths, err := storePathArgs(s, args)
				if err != nil {
					return err
				}
				if _, err := s.Lookup(cmd.Context(), paths[1]); err != nil {
					return err
				}
				closure, err := s.Closure(cmd.Context(), paths[0])
				if err != nil {
					return err
				}
				why := store.Ways(closure, paths[0], paths[1], all)
				if why == nil {
					a.streams.Notice("%s does not depend on %s", s.Dir().Join(paths[0]), s.Dir().Join(paths[1]))
					return nil
				}
				printWhy(a, s.Dir(), *why, "", "")
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&all, "all", false, "show every way, not only the shortest")
	addStoreFlag(cmd, &f)
	return cmd
}

func printWhy(a *app, dir storepath.Dir, w store.Why, first, rest string) {
	a.streams.Printf("%s%s\n", first, dir.Join(w.Path))
	for i, next := range w.Then {
		branch, below := "├───", "│   "
		if i == len(w.Then)-1 {
			branch, below = "└───", "    "
		}
		printWhy(a, dir, next, rest+branch, rest+below)
	}
}
