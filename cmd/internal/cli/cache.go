package cli

import (
	"context"
	"net/url"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/narinfo"
	"devenv/store/transport"
)

func newCacheCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "cache COMMAND",
		Short: "Push to, pull from, sign and serve binary caches",
		Long: `A binary cache has store paths as compressed archives: Nix's format, which Nix reads and writes too.
It is a directory (file:///DIRECTORY), a web server (https://…) or a bucket (s3://BUCKET?region=…&endpoint=…).`,
		Example: `  devenv cache generate-key cache.example.org-1 secret.key
  devenv cache push --key-file secret.key file:///srv/cache ./result
  devenv cache pull --from https://cache.example.org /nix/store/…-hello-2.12
  devenv cache serve --listen 0.0.0.0:8080 --key-file secret.key`,
		Args: noCommand,
		RunE: func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newCachePushCmd(a), newCachePullCmd(a), newCacheKeyCmd(a), newCacheSignCmd(a), newCacheServeCmd(a))
	return cmd
}

type cachePushOptions struct {
	copyOptions
	keyFiles    []string
	compression string
}

func newCachePushCmd(a *app) *cobra.Command {
	var o cachePushOptions
	cmd := &cobra.Command{
		Use:   "push URL PATH...",
		Short: "Put store paths, with all they refer to, into a cache",
		Long: `Compress store paths and all that they refer to, and put them into a cache, signed if there is a key.
What the cache has already is passed over.`,
		Example: `  devenv cache push --key-file secret.key file:///srv/cache ./result
  devenv cache push --compression xz 's3://bucket?region=eu-central-1' ./result`,
		Args: needsTwo("a URL and a store PATH", "devenv cache push file:///srv/cache ./result"),
		RunE: func(cmd *cobra.Command, args []string) error { return runCachePush(cmd.Context(), a, o, args) },
	}
	keyFileFlag(cmd, &o.keyFiles)
	cmd.Flags().StringVar(&o.compression, "compression", "", "compress by `METHOD`: zstd (the default), xz, br, gzip, none")
	o.flags(cmd)
	return cmd
}

func runCachePush(ctx context.Context, a *app, o cachePushOptions, args []string) error {
	target := args[0]
	if o.compression != "" {
		var err error
		if target, err = withParam(target, "compression", o.compression); err != nil {
			return err
		}
	}
	s, err := a.stores(ctx, o.keyFiles)
	if err != nil {
		return err
	}
	defer s.close()
	to, err := s.open(ctx, target)
	if err != nil {
		return err
	}
	from, err := s.open(ctx, "")
	if err != nil {
		return err
	}
	paths, err := storePathArgs(from, args[1:])
	if err != nil {
		return err
	}
	if !to.isCache() {
		return withHint(usagef("%s is no binary cache", to.url), "devenv copy --to "+target+" PATH")
	}
	return a.copyPaths(ctx, from, to, paths, o.copyOptions, transport.Options{Thorough: true})
}

func withParam(text, name, value string) (string, error) {
	u, err := url.Parse(text)
	if err != nil {
		return "", usagef("this is no URL of a cache")
	}
	q := u.Query()
	q.Set(name, value)
	u.RawQuery = q.Encode()
	return u.String(), nil
}

type cachePullOptions struct {
	copyOptions
	from []string
}

func newCachePullCmd(a *app) *cobra.Command {
	var o cachePullOptions
	cmd := &cobra.Command{
		Use:   "pull [--from URL] PATH...",
		Short: "Get store paths, with all they refer to, from caches",
		Long: `Get store paths and all that they refer to from caches into this machine's store: from those given, or
from the substituters of nix.conf. Several are asked in the order of their priorities, each for what
those before it do not have. Each path must be signed by one of the trusted-public-keys, or be made
from its content.`,
		Example: "  devenv cache pull --from https://cache.example.org /nix/store/…-hello-2.12",
		Args:    needs("a store PATH", "devenv cache pull --from https://cache.example.org /nix/store/…-hello-2.12"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runCachePull(cmd.Context(), a, o, args) },
	}
	cmd.Flags().StringArrayVar(&o.from, "from", nil, "get it from the cache at `URL`; may be repeated")
	o.flags(cmd)
	o.trustFlags(cmd)
	return cmd
}

func runCachePull(ctx context.Context, a *app, o cachePullOptions, args []string) error {
	s, err := a.stores(ctx, nil)
	if err != nil {
		return err
	}
	defer s.close()
	s.unsigned = o.noCheckSigs
	to, err := s.open(ctx, "")
	if err != nil {
		return err
	}
	paths, err := storePathArgs(to, args)
	if err != nil {
		return err
	}
	var trust func(narinfo.Info) error
	if to.kind == store.Local && !o.noCheckSigs {
		if trust, err = s.trust(to.Dir(), o.trusted); err != nil {
			return err
		}
	}
	from, err := s.caches(ctx, o.from, trust)
	if err != nil {
		return err
	}
	return a.copyPaths(ctx, from, to, paths, o.copyOptions, transport.Options{})
}

// needsTwo asks for at least two arguments.
func needsTwo(what, example string) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		if len(args) < 2 {
			return needs(what, example)(cmd, nil)
		}
		return nil
	}
}
