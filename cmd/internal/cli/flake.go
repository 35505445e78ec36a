package cli

import (
	"context"
	"time"

	"github.com/spf13/cobra"
)

func newFlakeCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "flake COMMAND",
		Short: "Work with Nix flakes",
		Long: `Lock flakes, look at what they are and have, and make new ones. A REF says which flake: a directory
(./dir), a repository (github:owner/repo/branch, git+https://host/repo?ref=branch), an archive
(https://host/archive.tar.gz) or a name of the registries (nixpkgs). Without one it is the flake of the
current directory.`,
		Example: "  devenv flake show\n  devenv flake metadata github:NixOS/nixpkgs\n  devenv flake update nixpkgs",
		Args:    noCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(
		newFlakeLockCmd(a), newFlakeUpdateCmd(a), newFlakeMetadataCmd(a), newFlakeShowCmd(a), newFlakeCheckCmd(a),
		newFlakeInitCmd(a), newFlakeNewCmd(a), newFlakeCloneCmd(a), newFlakeArchiveCmd(a), newFlakePrefetchCmd(a), newFlakePrefetchInputsCmd(a),
	)
	return cmd
}

func newFlakeMetadataCmd(a *app) *cobra.Command {
	var o flakeOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "metadata [REF]",
		Aliases: []string{"info"},
		Short:   "Tell which tree a flake is, and what its inputs are",
		Long: `Tell where a flake comes from, which revision it is, where it is in the store, and what its inputs are
locked to. The outputs are not evaluated.`,
		Example: "  devenv flake metadata\n  devenv flake metadata github:numtide/flake-utils --json",
		Args:    atMost(1),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			l, err := s.locked(ctx, first(args), &o)
			if err != nil {
				return err
			}
			m, err := l.Metadata(ctx, s.store.Dir())
			if err != nil {
				return err
			}
			if asJSON {
				return a.streams.JSON(m)
			}
			a.streams.Printf("%s", m.Text(a.streams.OutStyles().Bold, time.Local))
			return nil
		}),
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {description, locked, locks, path, revision, …}")
	return cmd
}
