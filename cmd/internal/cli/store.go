package cli

import (
	"context"
	"encoding/json"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/storepath"
)

// storeFlags are those that all commands of the store share.
type storeFlags struct{ url string }

func newStoreCmd(a *app) *cobra.Command {
	var f storeFlags
	cmd := &cobra.Command{
		Use:   "store COMMAND [--store URL]",
		Short: "Look into the store, and care for it",
		Long: `Look into a store, add to it, and care for it. Without --store it is the one that projects use.
A PATH is a store path, or a link that leads to one.`,
		Example: "  devenv store add ./logo.svg\n  devenv store query --tree ./result\n  devenv store verify --check-contents",
		Args:    noCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	addStoreFlag(cmd, &f)
	cmd.AddCommand(
		newStoreAddCmd(a, &f), newStoreAddDerivationCmd(a, &f), newStoreImportCmd(a, &f), newStoreExportCmd(a, &f),
		newStoreQueryCmd(a, &f), newStoreInfoCmd(a, &f), newStorePathInfoCmd(a, &f), newStoreShowDerivationCmd(a, &f),
		newStoreLsCmd(a, &f), newStoreCatCmd(a, &f), newNarDumpCmd(a), newNarRestoreCmd(a), newNarLsCmd(a),
		newStoreDeleteCmd(a, &f), newStoreGCCmd(a, &f), newStoreOptimiseCmd(a, &f), newStoreVerifyCmd(a, &f), newStoreRepairCmd(a, &f),
	)
	return cmd
}

func addStoreFlag(cmd *cobra.Command, f *storeFlags) {
	cmd.PersistentFlags().StringVar(&f.url, "store", "", "the store: `URL` is local, a directory, local?root=DIR, …")
}

// withStore opens the store of the flags for the time of use.
func (a *app) withStore(ctx context.Context, f *storeFlags, use func(*store.Store) error) error {
	s, err := a.openStore(ctx, f.url)
	if err != nil {
		return err
	}
	return errors.Join(use(s), s.Close())
}

// openStore opens a store on this machine's disk; without a URL the one that
// projects use.
func (a *app) openStore(ctx context.Context, url string) (*store.Store, error) {
	ws, err := a.workspace(ctx)
	if err != nil {
		return nil, err
	}
	return store.Open(ctx, store.Options{
		URL:     absoluteStore(url),
		Getenv:  a.getenv,
		DataDir: ws.Layout().Data,
		Now:     time.Now,
		Waiting: func(what string) { a.streams.Notice("waiting for %s", what) },
	})
}

// absoluteStore makes a directory that is relative to the working directory, as
// Nix takes it, an absolute one.
func absoluteStore(url string) string {
	if strings.HasPrefix(url, "./") || strings.HasPrefix(url, "../") || url == "." || url == ".." {
		if abs, err := filepath.Abs(url); err == nil {
			return abs
		}
	}
	return url
}

// openSource opens a store or a binary cache that damaged paths come from.
func (a *app) openSource(ctx context.Context, url string) (store.Source, error) {
	u, err := store.ParseURL(absoluteStore(url))
	if err != nil {
		return nil, err
	}
	switch u.Kind {
	case store.File, store.HTTP, store.S3:
		return binarycache.Open(url, binarycache.Options{Getenv: a.getenv, Now: time.Now})
	}
	return a.openStore(ctx, url)
}

// storePath reads a path as people name it: whole, by its base name, or by a link
// or a file that leads into the store. Rest is what follows the store path.
func storePath(s *store.Store, arg string) (p storepath.Path, rest string, err error) {
	if p, rest, err = s.Dir().ParseInside(arg); err == nil {
		return p, rest, nil
	}
	if p, err := storepath.ParseBase(arg); err == nil {
		return p, "", nil
	}
	file, ferr := filepath.Abs(arg)
	for range 32 { // links to links
		if ferr != nil {
			break
		}
		inside, ok := strings.CutPrefix(file, s.Describe().Trees+"/")
		if ok {
			return s.Dir().ParseInside(string(s.Dir()) + "/" + inside)
		}
		if p, rest, err := s.Dir().ParseInside(file); err == nil {
			return p, rest, nil
		}
		var target string
		if target, ferr = os.Readlink(file); ferr == nil && !filepath.IsAbs(target) {
			target = filepath.Join(filepath.Dir(file), target)
		}
		file = target
	}
	return storepath.Path{}, "", withHint(usagef("%s is not in the store %s", arg, s.Dir()), "name a store path, its last component, or a link to one such as ./result")
}

// storePathArgs reads paths that have nothing behind them.
func storePathArgs(s *store.Store, args []string) ([]storepath.Path, error) {
	var paths []storepath.Path
	for _, arg := range args {
		p, _, err := storePath(s, arg)
		if err != nil {
			return nil, err
		}
		paths = append(paths, p)
	}
	return paths, nil
}

// printPaths prints full store paths, one on a line.
func (a *app) printPaths(dir storepath.Dir, paths []storepath.Path) {
	for _, p := range paths {
		a.streams.Printf("%s\n", dir.Join(p))
	}
}

// compactJSON prints v on one line, as Nix does.
func (a *app) compactJSON(v any) error {
	enc := json.NewEncoder(a.streams.Out)
	enc.SetEscapeHTML(false)
	return enc.Encode(v)
}
