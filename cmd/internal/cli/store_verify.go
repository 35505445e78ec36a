package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/store"
)

type storeVerifyOptions struct {
	contents, repair bool
	from             []string
}

func newStoreVerifyCmd(a *app, f *storeFlags) *cobra.Command {
	var o storeVerifyOptions
	cmd := &cobra.Command{
		Use:   "verify [--check-contents] [--repair [--from URL]...]",
		Short: "Compare the store with its database",
		Long: `Compare the store with its database; with --check-contents read every file. What is wrong is printed,
and the exit code is 5. With --repair damaged trees are exchanged for those of other stores or caches, and
trees that are gone and that nothing needs are forgotten.`,
		Example: "  devenv store verify --check-contents\n  devenv store verify --check-contents --repair --from https://cache.example.org",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), f, func(s *anyStore) error { return runStoreVerify(cmd.Context(), a, s, o) })
		},
	}
	cmd.Flags().BoolVar(&o.contents, "check-contents", false, "read every file")
	cmd.Flags().BoolVar(&o.repair, "repair", false, "put whole trees in the place of damaged ones")
	cmd.Flags().StringArrayVar(&o.from, "from", nil, "with --repair: a store or cache at `URL` that has them")
	return cmd
}

func runStoreVerify(ctx context.Context, a *app, opened *anyStore, o storeVerifyOptions) error {
	if len(o.from) > 0 && !o.repair {
		return usagef("--from goes with --repair")
	}
	if d, ok := opened.both.(*daemonStore); ok && len(o.from) == 0 {
		return d.verify(ctx, a, o)
	}
	s, err := opened.onDisk("be compared with a database")
	if err != nil {
		return err
	}
	problems, err := s.Verify(ctx, o.contents)
	if err != nil {
		return err
	}
	var links []string
	if o.contents {
		if links, err = s.VerifyLinks(ctx, o.repair); err != nil {
			return err
		}
	}
	for _, name := range links {
		a.streams.Printf("a file in .links is not %s any more\n", name)
	}
	if o.repair && len(problems) > 0 {
		return repairStore(ctx, a, s, problems, o.from)
	}
	return tellProblems(a, problems, len(links) > 0 && !o.repair)
}

// repairStore repairs what is damaged from the stores at urls.
func repairStore(ctx context.Context, a *app, s *store.Store, problems []store.Problem, urls []string) error {
	st, err := a.stores(ctx, nil)
	if err != nil {
		return err
	}
	defer st.close()
	var sources []store.Source
	for _, url := range urls {
		from, err := st.open(ctx, url)
		if err != nil {
			return err
		}
		sources = append(sources, from)
	}
	left, err := s.Repair(ctx, problems, sources...)
	if err != nil {
		return err
	}
	a.streams.Notice("%s repaired", storePaths(len(problems)-len(left)))
	return tellProblems(a, left, false)
}

// tellProblems prints what is wrong; if anything is, the command fails.
func tellProblems(a *app, problems []store.Problem, more bool) error {
	for _, p := range problems {
		a.streams.Printf("%s\n", ui.Clean(p.String()))
	}
	if len(problems) > 0 || more {
		return &silentExit{exitIntegrity}
	}
	return nil
}

func newStoreRepairCmd(a *app, f *storeFlags) *cobra.Command {
	var from []string
	cmd := &cobra.Command{
		Use:     "repair PATH... [--from URL]...",
		Short:   "Put whole trees in the place of damaged ones",
		Long:    "Read store paths and exchange those that are damaged for what other stores or caches have.",
		Example: "  devenv store repair /nix/store/…-hello-2.12 --from https://cache.example.org",
		Args:    needs("a PATH", "devenv store repair /nix/store/…-hello-2.12"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), f, func(opened *anyStore) error {
				s, err := opened.onDisk("be repaired")
				if err != nil {
					return err
				}
				paths, err := storePathArgs(opened, args)
				if err != nil {
					return err
				}
				problems, err := s.VerifyPaths(cmd.Context(), true, paths...)
				if err != nil {
					return err
				}
				return repairStore(cmd.Context(), a, s, problems, from)
			})
		},
	}
	cmd.Flags().StringArrayVar(&from, "from", nil, "a store or cache at `URL` that has them")
	return cmd
}
