package cli

import (
	"github.com/spf13/cobra"

	"devenv/store/storepath"
)

func newStoreExportCmd(a *app, f *storeFlags) *cobra.Command {
	var closure bool
	cmd := &cobra.Command{
		Use:     "export [--closure] PATH... > FILE",
		Short:   "Write store paths to a stream",
		Long:    "Write store paths to a stream, as `nix-store --export` does; with --closure all that they refer to, too.",
		Example: "  devenv store export --closure ./result > result.closure",
		Args:    needs("a PATH", "devenv store export --closure ./result > result.closure"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), f, func(opened *anyStore) error {
				s, err := opened.onDisk("be exported")
				if err != nil {
					return err
				}
				paths, err := storePathArgs(opened, args)
				if err != nil {
					return err
				}
				all, err := s.Closure(cmd.Context(), paths...)
				if err != nil {
					return err
				}
				wanted := map[storepath.Path]bool{}
				for _, p := range paths {
					wanted[p] = true
				}
				paths = paths[:0] // in an order in which they can be imported
				for _, info := range all {
					if closure || wanted[info.Path] {
						paths = append(paths, info.Path)
					}
				}
				return s.Export(cmd.Context(), a.streams.Out, paths...)
			})
		},
	}
	cmd.Flags().BoolVar(&closure, "closure", false, "with all that they refer to")
	return cmd
}

func newStoreImportCmd(a *app, f *storeFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "import < FILE",
		Short:   "Add the store paths of a stream",
		Long:    "Add what `devenv store export` or `nix-store --export` wrote, and print the store paths. Import what you trust only.",
		Example: "  devenv store import < result.closure",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), f, func(opened *anyStore) error {
				s, err := opened.onDisk("take a stream")
				if err != nil {
					return err
				}
				paths, err := s.ImportExport(cmd.Context(), cmd.InOrStdin())
				a.printPaths(s.Dir(), paths)
				return err
			})
		},
	}
}
