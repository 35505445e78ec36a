package cli

import (
	"context"
	"slices"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/storepath"
)

// queries are what can be asked of paths, by the flags' names.
var queries = []struct {
	name, help string
	ask        func(ctx context.Context, a *app, s *anyStore, p storepath.Path) error
}{
	{"references", "what it refers to", queryReferences},
	{"referrers", "what refers to it", queryReferrers},
	{"requisites", "what it refers to, and so on: its closure", queryRequisites},
	{"deriver", "the derivation that made it", queryDeriver},
	{"outputs", "what the derivation makes", queryOutputs},
	{"hash", "the SHA-256 of its NAR", queryHash},
	{"size", "the bytes of its NAR", querySize},
	{"roots", "what keeps it from collection", queryRoots},
	{"tree", "its closure as a tree", queryTree},
}

func newStoreQueryCmd(a *app, f *storeFlags) *cobra.Command {
	chosen := make([]bool, len(queries))
	cmd := &cobra.Command{
		Use:     "query --QUESTION PATH...",
		Short:   "Tell what the store knows of paths",
		Long:    "Tell what the store knows of paths, as `nix-store --query` prints it. One question at a time:",
		Example: "  devenv store query --references ./result\n  devenv store query --roots /nix/store/…-hello-2.12",
		Args:    needs("a PATH", "devenv store query --references ./result"),
		RunE: func(cmd *cobra.Command, args []string) error {
			question := slices.Index(chosen, true)
			if question < 0 || slices.Contains(chosen[question+1:], true) {
				return withHint(usagef("query needs exactly one question"), "devenv store query --references ./result")
			}
			return a.withStore(cmd.Context(), f, func(s *anyStore) error {
				paths, err := storePathArgs(s, args)
				for _, p := range paths {
					if err == nil {
						err = queries[question].ask(cmd.Context(), a, s, p)
					}
				}
				return err
			})
		},
	}
	for i, q := range queries {
		cmd.Flags().BoolVar(&chosen[i], q.name, false, q.help)
	}
	return cmd
}

func queryReferences(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	info, err := s.Lookup(ctx, p)
	a.printPaths(s.Dir(), info.References)
	return err
}

func queryReferrers(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	info, err := s.Lookup(ctx, p)
	if err != nil {
		return err
	}
	graph, err := able[interface {
		Referrers(context.Context, storepath.Path) ([]storepath.Path, error)
	}](s, "tell what refers to a path", "ask a store that has a database: --store local")
	if err != nil {
		return err
	}
	list, err := graph.Referrers(ctx, p)
	if slices.Contains(info.References, p) {
		list = append(list, p)
	}
	slices.SortFunc(list, storepath.Compare)
	a.printPaths(s.Dir(), list)
	return err
}

func queryRequisites(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	closure, err := s.Closure(ctx, p)
	for _, info := range closure {
		a.printPaths(s.Dir(), []storepath.Path{info.Path})
	}
	return err
}

func queryDeriver(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	info, err := s.Lookup(ctx, p)
	if err == nil && info.Deriver.IsZero() {
		a.streams.Printf("unknown-deriver\n")
	} else if err == nil {
		a.printPaths(s.Dir(), []storepath.Path{info.Deriver})
	}
	return err
}

func queryOutputs(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	drv, err := s.Derivation(ctx, p)
	if err != nil {
		return err
	}
	for i := range drv.Outputs {
		path, err := drv.Outputs[i].KnownPath(s.Dir(), drv.Name)
		if err != nil {
			return err
		}
		if !path.IsZero() {
			a.printPaths(s.Dir(), []storepath.Path{path})
		}
	}
	return nil
}

func queryHash(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	info, err := s.Lookup(ctx, p)
	if err == nil {
		a.streams.Printf("%s\n", info.NarHash)
	}
	return err
}

func querySize(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	info, err := s.Lookup(ctx, p)
	if err == nil {
		a.streams.Printf("%d\n", info.NarSize)
	}
	return err
}

func queryRoots(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	if _, err := s.Lookup(ctx, p); err != nil {
		return err
	}
	kept, err := able[interface {
		Keepers(context.Context, storepath.Path) ([]store.Keeper, error)
	}](s, "tell what keeps a path", "there is no garbage collection in it: what is there stays")
	if err != nil {
		return err
	}
	keepers, err := kept.Keepers(ctx, p)
	for _, k := range keepers {
		a.streams.Printf("%s -> %s\n", k.Root, s.Dir().Join(k.Way[0]))
	}
	return err
}

func queryTree(ctx context.Context, a *app, s *anyStore, p storepath.Path) error {
	closure, err := s.Closure(ctx, p)
	if err != nil {
		return err
	}
	t := &referenceTree{a: a, dir: s.Dir(), refs: map[storepath.Path][]storepath.Path{}, done: map[storepath.Path]bool{}, place: map[storepath.Path]int{}}
	for i, info := range closure {
		t.refs[info.Path] = info.References
		t.place[info.Path] = i
	}
	t.print(p, "", "")
	return nil
}

// referenceTree prints what paths refer to as a tree. What was shown before is
// not shown again.
type referenceTree struct {
	a     *app
	dir   storepath.Dir
	refs  map[storepath.Path][]storepath.Path
	place map[storepath.Path]int // in the closure: what is referred to comes first
	done  map[storepath.Path]bool
}

func (t *referenceTree) print(p storepath.Path, first, rest string) {
	if t.done[p] {
		t.a.streams.Printf("%s%s [...]\n", first, t.dir.Join(p))
		return
	}
	t.done[p] = true
	t.a.streams.Printf("%s%s\n", first, t.dir.Join(p))
	refs := slices.DeleteFunc(slices.Clone(t.refs[p]), func(r storepath.Path) bool { return r == p })
	slices.SortFunc(refs, func(a, b storepath.Path) int { return t.place[a] - t.place[b] })
	for i, r := range refs {
		branch, below := "├───", "│   "
		if i == len(refs)-1 {
			branch, below = "└───", "    "
		}
		t.print(r, rest+branch, rest+below)
	}
}
