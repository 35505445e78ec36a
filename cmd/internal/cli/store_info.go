package cli

import (
	"context"
	"errors"

	"github.com/spf13/cobra"

	"devenv/cmd/internal/ui"
	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/daemon"
	"devenv/store/storepath"
)

func newStoreInfoCmd(a *app, f *storeFlags) *cobra.Command {
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "info [--json]",
		Aliases: []string{"ping"},
		Short:   "Tell where the store lies, and that it answers",
		Long: `Tell where the store lies, and that it answers: its database can be read, the daemon speaks with us,
the cache says what it is.`,
		Example: "  devenv store info --store /srv/store\n  devenv store ping --store ssh-ng://builder",
		Args:    atMost(0),
		RunE: func(cmd *cobra.Command, _ []string) error {
			return a.withStore(cmd.Context(), f, func(s *anyStore) error {
				info, trees, err := describeStore(cmd.Context(), s)
				if err != nil {
					return err
				}
				if asJSON {
					return a.compactJSON(info)
				}
				info.print(a, trees)
				return nil
			})
		},
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print {trusted, url, version}")
	return cmd
}

// storeInfo is what Nix's "store info --json" prints.
type storeInfo struct {
	Trusted *bool  `json:"trusted,omitempty"` // nil if nobody tells
	URL     string `json:"url"`
	Version string `json:"version,omitempty"`
}

// describeStore asks a store for something, and says what it is. Trees is where
// its trees are on this machine's disk, "" if that is not known.
func describeStore(ctx context.Context, s *anyStore) (info storeInfo, trees string, err error) {
	info.URL = s.url
	yes := true
	switch st := s.both.(type) {
	case *store.Store:
		_, err = st.Missing(ctx, []storepath.Path{{}})
		info.Trusted, info.Version, trees = &yes, versionString(), st.Describe().Trees
	case *daemonStore:
		err = st.Ping(ctx)
		server := st.Server()
		info.Version = server.Version
		if server.Trust != daemon.TrustUnknown {
			trusted := server.Trust == daemon.Trusted
			info.Trusted = &trusted
		}
	case *binarycache.Cache:
		_, err = st.Info(ctx)
	}
	return info, trees, err
}

func (i storeInfo) print(a *app, trees string) {
	a.streams.Printf("Store URL: %s\n", i.URL)
	if i.Version != "" {
		a.streams.Printf("Version: %s\n", ui.Clean(i.Version))
	}
	if i.Trusted != nil {
		a.streams.Printf("Trusted: %d\n", map[bool]int{true: 1}[*i.Trusted])
	}
	if trees != "" {
		a.streams.Printf("Trees: %s\n", trees)
	}
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
			return a.withStore(cmd.Context(), f, func(s *anyStore) error { return runPathInfo(cmd.Context(), a, s, o, args) })
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

func runPathInfo(ctx context.Context, a *app, s *anyStore, o pathInfoOptions, args []string) error {
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
		infos, err = listStore(ctx, s)
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

// listStore returns all paths of a store.
func listStore(ctx context.Context, s *anyStore) ([]store.Info, error) {
	l, err := able[interface {
		List(context.Context) ([]store.Info, error)
	}](s, "list its paths", "name the paths")
	if err != nil {
		return nil, err
	}
	return l.List(ctx)
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
func closureSizes(ctx context.Context, s *anyStore, infos []store.Info) (map[storepath.Path]int64, error) {
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
