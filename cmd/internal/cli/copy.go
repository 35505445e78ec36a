package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/storepath"
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
(https://…, file:///DIRECTORY, s3://BUCKET?region=…), a directory, a Nix daemon's (daemon, unix:///SOCKET)
or one on another machine (ssh-ng://HOST); the one that is not given is this machine's own. What is there
already is passed over.

What comes into a store must be signed by one of the trusted-public-keys of nix.conf, unless its
path is made from its content. Daemons see to that themselves: --no-check-sigs is for users whom they trust.`,
		Example: `  devenv copy --to file:///media/stick ./result
  devenv copy --from https://cache.example.org /nix/store/…-hello-2.12
  devenv copy --to ssh-ng://server ./result
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
	s, err := a.stores(ctx, o.keyFiles)
	if err != nil {
		return err
	}
	defer s.close()
	s.unsigned = o.noCheckSigs
	from, err := s.open(ctx, o.from)
	if err != nil {
		return err
	}
	to, err := s.open(ctx, o.to)
	if err != nil {
		return err
	}
	paths, err := storePathArgs(from, args)
	if err != nil {
		return err
	}
	return a.transfer(ctx, s, from, to, paths, o)
}

// transfer copies from one store to another. A store on disk is given what is
// trusted only; daemons see to that themselves.
func (a *app) transfer(ctx context.Context, s *stores, from, to *anyStore, paths []storepath.Path, o copyCmdOptions) error {
	t := transport.Options{Thorough: to.isCache()}
	if to.kind == store.Local && !o.noCheckSigs {
		var err error
		if t.Trust, err = s.trust(to.Dir(), o.trusted); err != nil {
			return err
		}
	}
	if !from.isCache() {
		return a.copyPaths(ctx, from, to, paths, o.copyOptions, t)
	}
	caches, err := s.caches(ctx, []string{o.from}, t.Trust)
	if err != nil {
		return err
	}
	t.Trust = nil
	return a.copyPaths(ctx, caches, to, paths, o.copyOptions, t)
}
