package cli

import (
	"context"

	"github.com/spf13/cobra"

	"devenv/store/transport"
)

func newFlakeArchiveCmd(a *app) *cobra.Command {
	var o flakeOptions
	var asJSON, dry bool
	var to string
	cmd := &cobra.Command{
		Use:     "archive [REF]",
		Short:   "Put a flake and all its inputs into a store",
		Long:    "Fetch a flake and its inputs, and the inputs of those, into the store, and copy them to another one if asked to.",
		Example: "  devenv flake archive\n  devenv flake archive --to file:///mnt/cache github:owner/repo",
		Args:    atMost(1),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			l, err := s.locked(ctx, first(args), &o)
			if err != nil {
				return err
			}
			tree, paths, err := s.Archive(ctx, l, s.store.Dir(), dry)
			if err != nil {
				return err
			}
			if to != "" && !dry {
				st, err := a.stores(ctx, nil)
				if err != nil {
					return err
				}
				defer st.close()
				dst, err := st.open(ctx, to)
				if err != nil {
					return err
				}
				if _, err := transport.Copy(ctx, s.store, dst, paths, transport.Options{}); err != nil {
					return err
				}
			}
			if asJSON {
				return a.streams.JSON(tree)
			}
			return nil
		}),
	}
	o.addFlags(cmd.Flags())
	cmd.Flags().StringVar(&to, "to", "", "copy them to the store `URL`")
	cmd.Flags().BoolVar(&dry, "dry-run", false, "fetch nothing; say where they would be")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {path, inputs: {NAME: {path, inputs}}}")
	return cmd
}

func newFlakePrefetchInputsCmd(a *app) *cobra.Command {
	var o flakeOptions
	cmd := &cobra.Command{
		Use:     "prefetch-inputs [REF]",
		Short:   "Fetch all inputs of a flake",
		Long:    "Fetch the inputs of a flake, and the inputs of those, into the store, so that it can be evaluated offline.",
		Example: "  devenv flake prefetch-inputs",
		Args:    atMost(1),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			l, err := s.locked(ctx, first(args), &o)
			if err != nil {
				return err
			}
			_, _, err = s.Archive(ctx, l, s.store.Dir(), false)
			return err
		}),
	}
	o.addFlags(cmd.Flags())
	return cmd
}

func newFlakePrefetchCmd(a *app) *cobra.Command {
	var o flakeOptions
	var asJSON bool
	var link string
	cmd := &cobra.Command{
		Use:     "prefetch REF",
		Short:   "Put the source tree of a reference into the store",
		Long:    "Fetch what a reference names into the store. It need not be a flake.",
		Example: "  devenv flake prefetch github:owner/repo\n  devenv flake prefetch --json https://host/archive.tar.gz",
		Args:    needsOne("a reference", "devenv flake prefetch github:owner/repo"),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			return s.prefetch(ctx, args[0], link, asJSON)
		}),
	}
	cmd.Flags().StringVarP(&link, "out-link", "o", "", "make `LINK` a link to the tree that keeps it from gc")
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {storePath, hash, original, locked}")
	return cmd
}

func (s *flakes) prefetch(ctx context.Context, text, link string, asJSON bool) error {
	ref, err := s.ref(text)
	if err != nil {
		return err
	}
	if ref, err = s.Resolve(ctx, ref); err != nil {
		return err
	}
	dir := ref.Dir
	ref.Dir = ""
	tree, err := s.fetcher.Fetch(ctx, ref)
	if err != nil {
		return err
	}
	p, err := tree.Realise(ctx)
	if err != nil {
		return err
	}
	locked, err := tree.Locked(ctx)
	if err != nil {
		return err
	}
	ref.Dir, locked.Dir = dir, dir
	s.a.progress.Close()
	if link != "" {
		if err := s.store.AddIndirectRoot(ctx, absolute(link, s.cwd), p); err != nil {
			return err
		}
	}
	hash, err := tree.NarHash(ctx)
	if err != nil {
		return err
	}
	if asJSON {
		return s.a.streams.JSON(map[string]any{
			"storePath": s.store.Dir().Join(p), "hash": hash.SRI(), "original": ref.Attrs(), "locked": locked.With("narHash", nil).Attrs(),
		})
	}
	s.a.streams.Printf("%s\n", s.store.Dir().Join(p))
	s.a.streams.Notice("fetched %s (%s)", locked, hash.SRI())
	return nil
}
