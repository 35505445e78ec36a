package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/store"
	"devenv/store/storepath"
)

func newStoreInfoCmd(a *app, f *storeFlags) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "info [--json]",
		Aliases: []string{"ping"},
		Short:   "Tell where the store lies, and that it answers",
		Long:    "Tell where the store lies, and that its database can be read.",
		Example: "  devenv store info --store /srv/store",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), f, func(s *store.Store) error {
				if _, err := s.Missing(cmd.Context(), []storepath.Path{{}}); err != nil {
					return err
				}
				place := s.Describe()
				if asJSON {
					return a.compactJSON(storeInfo{true, place.URL(), versionString()})
				}
				a.streams.Printf("Store URL: %s\nVersion: %s\nTrusted: 1\nTrees: %s\n", place.URL(), versionString(), place.Trees)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {trusted, url, version}")
	return cmd
}

type storeInfo struct {
	Trusted bool   `json:"trusted"`
	URL     string `json:"url"`
	Version string `json:"version"`
}

type pathInfoOptions struct {
	all, recursive, size, closureSize, human, sigs, json bool
	format                                               int
}

func newStorePathInfoCmd(a *app, f *storeFlags) *cobra.Command {
	var o pathInfoOptions
	cmd := &cobra.Command{
		Use:     "path-info [-rsSh] [--sigs] [--json [--json-format 1|2]] PATH... | --all",
		Short:   "Print paths with their sizes and signatures",
		Long:    "Print what is known of store paths; with --json as `nix path-info --json` does.",
		Example: "  devenv store path-info -rSh ./result\n  devenv store path-info --json ./result",
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), f, func(s *store.Store) error { return runPathInfo(cmd.Context(), a, s, o, args) })
		},
	}
	cmd.Flags().BoolVar(&o.all, "all", false, "all valid paths")
	cmd.Flags().BoolVarP(&o.recursive, "recursive", "r", false, "with their closures")
	cmd.Flags().BoolVarP(&o.size, "size", "s", false, "with the bytes of their NARs")
	cmd.Flags().BoolVarP(&o.closureSize, "closure-size", "S", false, "with the bytes of their closures' NARs")
	cmd.Flags().BoolVarP(&o.human, "human-readable", "H", false, "sizes for people")
	cmd.Flags().BoolVar(&o.sigs, "sigs", false, "with signatures")
	cmd.Flags().BoolVar(&o.json, "json", false, "print Nix's JSON")
	cmd.Flags().IntVar(&o.format, "json-format", 1, "which `VERSION` of it: 1 or 2")
	return cmd
}

func runPathInfo(ctx context.Context, a *app, s *store.Store, o pathInfoOptions, args []string) error {
	if o.all != (len(args) == 0) {
		return withHint(usagef("path-info needs a PATH, or --all"), "devenv store path-info ./result")
	}
	if o.format != 1 && o.format != 2 {
		return usagef("--json-format is 1 or 2, not %d", o.format)
	}
	paths, err := storePathArgs(s, args)
	if err != nil {
		return err
	}
	var infos []store.Info
	var missing []storepath.Path
	switch {
	case o.all:
		infos, err = s.List(ctx)
	case o.recursive:
		infos, err = s.Closure(ctx, paths...)
	default:
		for _, p := range paths {
			info, lerr := s.Lookup(ctx, p)
			if errors.Is(lerr, store.ErrInvalid) && o.json {
				missing = append(missing, p)
			} else if lerr != nil {
				return lerr
			} else {
				infos = append(infos, info)
			}
		}
	}
	if err != nil {
		return err
	}
	sizes := map[storepath.Path]int64{}
	if o.closureSize {
		if sizes, err = closureSizes(ctx, s, infos); err != nil {
			return err
		}
	}
	if o.json {
		return printPathInfoJSON(a, s.Dir(), o, infos, missing, sizes)
	}
	return printPathInfo(a, s.Dir(), o, infos, sizes)
}

func printPathInfo(a *app, dir storepath.Dir, o pathInfoOptions, infos []store.Info, sizes map[storepath.Path]int64) error {
	number := decimal
	if o.human {
		number = ui.Bytes
	}
	var rows [][]string
	for _, info := range infos {
		row := []string{dir.Join(info.Path)}
		if o.size {
			row = append(row, number(info.NarSize))
		}
		if o.closureSize {
			row = append(row, number(sizes[info.Path]))
		}
		if o.sigs {
			if info.Ultimate {
				row = append(row, "ultimate")
			}
			if !info.CA.IsZero() {
				row = append(row, "ca:"+info.CA.String())
			}
			row = append(row, info.Signatures...)
		}
		rows = append(rows, row)
	}
	ui.Table(a.streams.Out, a.streams.OutStyles(), nil, rows)
	return nil
}

// closureSizes returns the bytes of the NARs in the closure of each path.
func closureSizes(ctx context.Context, s *store.Store, infos []store.Info) (map[storepath.Path]int64, error) {
	var paths []storepath.Path
	for _, info := range infos {
		paths = append(paths, info.Path)
	}
	closure, err := s.Closure(ctx, paths...)
	known := map[storepath.Path]store.Info{}
	for _, info := range closure {
		known[info.Path] = info
	}
	sizes := map[storepath.Path]int64{}
	for _, p := range paths {
		seen := map[storepath.Path]bool{p: true}
		for todo := []storepath.Path{p}; len(todo) > 0; {
			info := known[todo[len(todo)-1]]
			todo = todo[:len(todo)-1]
			sizes[p] += info.NarSize
			for _, r := range info.References {
				if !seen[r] {
					seen[r] = true
					todo = append(todo, r)
				}
			}
		}
	}
	return sizes, err
}
