package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/store"
	"devenv/store/storepath"
)

func newStoreDeleteCmd(a *app, f *storeFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "delete PATH...",
		Short:   "Delete store paths that nothing keeps",
		Long:    "Delete store paths, all of them or none. What a root, a process or another path keeps is not deleted.",
		Example: "  devenv store delete /nix/store/…-hello-2.12",
		Args:    needs("a PATH", "devenv store delete /nix/store/…-hello-2.12"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), f, func(s *anyStore) error {
				paths, err := storePathArgs(s, args)
				if err != nil {
					return err
				}
				from, err := able[interface {
					Delete(context.Context, ...storepath.Path) (int64, error)
				}](s, "delete paths", "delete the files of a cache where it is kept, or name a store: --store local")
				if err != nil {
					return err
				}
				freed, err := from.Delete(cmd.Context(), paths...)
				if err == nil {
					a.streams.Notice("%s deleted, %s freed", storePaths(len(paths)), ui.Bytes(freed))
				}
				return err
			})
		},
	}
}

func newStoreGCCmd(a *app, f *storeFlags) *cobra.Command {
	var dryRun bool
	var maxFreed int64
	cmd := &cobra.Command{
		Use:   "gc [--dry-run] [--max-freed BYTES]",
		Short: "Delete the store paths that no root keeps",
		Long: `Delete the store paths that no root keeps, and print them. Environments of projects are roots, used
or not: ` + "`devenv gc`" + ` is the command that drops those that nobody uses.`,
		Example: "  devenv store gc --dry-run\n  devenv store gc --max-freed 1000000000",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), f, func(s *anyStore) error { return runStoreGC(cmd.Context(), a, s, dryRun, maxFreed) })
		},
	}
	cmd.Flags().BoolVarP(&dryRun, "dry-run", "n", false, "only say what would go")
	cmd.Flags().Int64Var(&maxFreed, "max-freed", 0, "end once `BYTES` are freed")
	return cmd
}

func runStoreGC(ctx context.Context, a *app, opened *anyStore, dryRun bool, maxFreed int64) error {
	if maxFreed < 0 {
		return usagef("--max-freed is a number of bytes, not %d", maxFreed)
	}
	if d, ok := opened.both.(*daemonStore); ok {
		return d.collect(ctx, a, dryRun, maxFreed)
	}
	s, err := opened.onDisk("collect garbage")
	if err != nil {
		return err
	}
	plan, err := s.PlanGC(ctx, store.GCOptions{MaxFreed: maxFreed})
	if err != nil {
		return err
	}
	for _, d := range plan.Dead {
		a.streams.Printf("%s\n", s.Dir().Join(d.Path))
	}
	if dryRun {
		a.streams.Notice("%s would go, %s; without --dry-run they do", storePaths(len(plan.Dead)), ui.Bytes(plan.Bytes()))
		return nil
	}
	freed, err := s.Execute(ctx, plan)
	if err == nil {
		a.streams.Notice("%s deleted, %s freed", storePaths(len(plan.Dead)), ui.Bytes(freed))
	}
	return err
}

func newStoreOptimiseCmd(a *app, f *storeFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "optimise",
		Aliases: []string{"optimize"},
		Short:   "Make equal files of the store one",
		Long:    "Make equal files of the store hard links to one, as `nix-store --optimise` does.",
		Example: "  devenv store optimise",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), f, func(opened *anyStore) error {
				if d, ok := opened.both.(*daemonStore); ok {
					return d.Optimise(cmd.Context())
				}
				s, err := opened.onDisk("share files")
				if err != nil {
					return err
				}
				done, err := s.Optimise(cmd.Context())
				if err == nil {
					a.streams.Notice("%d files were others' copies, %s freed", done.Files, ui.Bytes(done.Bytes))
				}
				return err
			})
		},
	}
}
