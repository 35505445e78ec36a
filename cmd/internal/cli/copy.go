package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/store/binarycache"
	"devenv/store/narinfo"
	"devenv/store/transport"
)

type copyCmdOptions struct {
	copyOptions
	from, to string
	keyFiles []string
}

func newCopyCmd(a *app) *cobra.Command {
	var o copyCmdOptions
	cmd := &cobra.Command{
		Use:   "copy [--from URL] [--to URL] PATH...",
		Short: "Copy store paths, with all they refer to, between stores",
		Long: `Copy store paths and all that they refer to from one store to another. A store is a binary cache
(https://…, file:///DIRECTORY, s3://BUCKET?region=…) or a directory; the one that is not given is
this machine's own. What is there already is passed over.

What comes into a store must be signed by one of the trusted-public-keys of nix.conf, unless its
path is made from its content.`,
		Example: `  devenv copy --to file:///media/stick ./result
  devenv copy --from https://cache.example.org /nix/store/…-hello-2.12
  devenv copy --from https://a.example.org --to s3://bucket?region=eu-central-1 /nix/store/…-hello-2.12`,
		Args: needs("a store PATH", "devenv copy --to file:///media/stick ./result"),
		RunE: func(cmd *cobra.Command, args []string) error { return runCopy(cmd.Context(), a, o, args) },
	}
	cmd.Flags().StringVar(&o.from, "from", "", "copy from the store at `URL`")
	cmd.Flags().StringVar(&o.to, "to", "", "copy to the store at `URL`")
	keyFileFlag(cmd, &o.keyFiles)
	o.flags(cmd)
	o.trustFlags(cmd)
	return cmd
}

func runCopy(ctx context.Context, a *app, o copyCmdOptions, args []string) error {
	if o.from == "" && o.to == "" {
		return withHint(usagef("copy needs --from or --to"), "devenv copy --to file:///media/stick "+args[0])
	}
	paths, err := a.storePathsOf(args)
	if err != nil {
		return err
	}
	s, err := a.stores(ctx, o.keyFiles)
	if err != nil {
		return err
	}
	defer s.close()
	to, err := s.open(ctx, o.to)
	if err != nil {
		return err
	}
	var trust func(narinfo.Info) error
	if !binarycache.IsURL(o.to) && !o.noCheckSigs {
		if trust, err = s.trust(o.trusted); err != nil {
			return err
		}
	}
	t := transport.Options{Thorough: binarycache.IsURL(o.to)}
	if binarycache.IsURL(o.from) {
		from, err := s.caches([]string{o.from}, trust)
		if err != nil {
			return err
		}
		return a.copyPaths(ctx, from, to, paths, o.copyOptions, t)
	}
	from, err := s.local(ctx, o.from)
	if err != nil {
		return err
	}
	t.Trust = trust
	return a.copyPaths(ctx, from, to, paths, o.copyOptions, t)
}
