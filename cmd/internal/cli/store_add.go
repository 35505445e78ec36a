package cli

import (
	"context"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

type storeAddOptions struct {
	name, mode, algo string
	dryRun           bool
}

func newStoreAddCmd(a *app, f *storeFlags) *cobra.Command {
	var o storeAddOptions
	cmd := &cobra.Command{
		Use:     "add [--name NAME] [--mode nar|flat|text|git] PATH...",
		Short:   "Add files and directories to the store",
		Long:    "Add files and directories to the store and print their store paths.",
		Example: "  devenv store add ./src\n  devenv store add --mode flat --name source.tar.gz ./download",
		Args:    needs("a PATH", "devenv store add ./src"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), f, func(s *anyStore) error { return runStoreAdd(cmd, a, s, o, args) })
		},
	}
	cmd.ValidArgsFunction = func(*cobra.Command, []string, string) ([]string, cobra.ShellCompDirective) {
		return nil, cobra.ShellCompDirectiveDefault
	}
	cmd.Flags().StringVar(&o.name, "name", "", "its `NAME` in the store; else that of the file")
	cmd.Flags().StringVar(&o.mode, "mode", "nar", "what is hashed: nar, flat, text or git")
	cmd.Flags().StringVar(&o.algo, "hash-algo", "sha256", "by which `ALGORITHM`: sha256, sha512, sha1, md5 or blake3")
	cmd.Flags().BoolVarP(&o.dryRun, "dry-run", "n", false, "only print the store path")
	return cmd
}

// contentMethods are the words for what is hashed.
var contentMethods = map[string]storepath.Method{"nar": storepath.NAR, "flat": storepath.Flat, "text": storepath.Text, "git": storepath.Git}

func runStoreAdd(cmd *cobra.Command, a *app, s *anyStore, o storeAddOptions, args []string) error {
	method, ok := contentMethods[o.mode]
	if !ok {
		return withHint(usagef("%q is not what can be hashed", o.mode), "it is one of nar, flat, text and git")
	}
	algo, err := nixhash.ParseAlgo(o.algo)
	if err != nil {
		return &usageError{err}
	}
	if o.name != "" && len(args) > 1 {
		return usagef("--name is for one PATH")
	}
	add, err := fileAdder(cmd.Context(), a, s, o.dryRun)
	if err != nil {
		return err
	}
	for _, arg := range args {
		path, err := filepath.Abs(arg)
		if err != nil {
			return err
		}
		name := o.name
		if name == "" {
			name = filepath.Base(path)
		}
		info, err := add(cmd.Context(), name, method, algo, path)
		if err != nil {
			return err
		}
		a.streams.Printf("%s\n", s.Dir().Join(info.Path))
	}
	return nil
}

// addFile is the method AddFile of stores.
type addFile func(ctx context.Context, name string, m storepath.Method, algo nixhash.Algo, path string) (store.Info, error)

// fileAdder is how files come into a store, or with dryRun how their paths there
// are computed.
func fileAdder(ctx context.Context, a *app, s *anyStore, dryRun bool) (addFile, error) {
	if dryRun { // a store that nobody writes needs no place
		none, err := store.Open(ctx, store.Options{URL: store.URL{Kind: store.Local, Target: os.DevNull, Params: map[string]string{"store": string(s.Dir())}}.String(), Getenv: a.getenv})
		if err != nil {
			return nil, err
		}
		return none.DescribeFile, nil
	}
	to, err := able[interface {
		AddFile(ctx context.Context, name string, m storepath.Method, algo nixhash.Algo, path string) (store.Info, error)
	}](s, "take files", "add them to your own store, then `devenv copy --to URL`")
	if err != nil {
		return nil, err
	}
	return to.AddFile, nil
}
