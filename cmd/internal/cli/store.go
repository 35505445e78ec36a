package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/storepath"
)

// storeFlags are those that all commands of the store share.
type storeFlags struct{ url string }

func newStoreCmd(a *app) *cobra.Command {
	var f storeFlags
	cmd := &cobra.Command{
		Use:   "store COMMAND [--store URL]",
		Short: "Look into the store, and care for it",
		Long: `Look into a store, add to it, and care for it. Without --store it is this machine's /nix if you may
write there, else that of its Nix daemon, else your own. A store can also be a binary cache, or a daemon's
on another machine; what it cannot do a command says. A PATH is a store path, or a link that leads to one.`,
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
	cmd.PersistentFlags().StringVar(&f.url, "store", "", "the store: `URL` is local, DIR, daemon, https://HOST, …")
}

// storePath reads a path as people name it: whole, by its base name, or by a link
// or a file that leads into the store. Rest is what follows the store path.
func storePath(s *anyStore, arg string) (p storepath.Path, rest string, err error) {
	if p, rest, err = s.Dir().ParseInside(arg); err == nil {
		return p, rest, nil
	}
	if p, err := storepath.ParseBase(arg); err == nil {
		return p, "", nil
	}
	file := absolute(arg, s.cwd)
	trees := string(s.Dir()) + "/" // on disk
	if disk, ok := s.both.(*store.Store); ok {
		trees = disk.Describe().Trees + "/"
	}
	for range 32 { // links to links
		if inside, ok := strings.CutPrefix(file, trees); ok {
			return s.Dir().ParseInside(string(s.Dir()) + "/" + inside)
		}
		if p, rest, err := s.Dir().ParseInside(file); err == nil {
			return p, rest, nil
		}
		target, err := os.Readlink(file)
		if err != nil {
			break
		}
		file = absolute(target, filepath.Dir(file))
	}
	return storepath.Path{}, "", withHint(usagef("%s is not in the store %s", arg, s.Dir()), "name a store path, its last component, or a link to one such as ./result")
}

// storePathArgs reads paths that have nothing behind them.
func storePathArgs(s *anyStore, args []string) ([]storepath.Path, error) {
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
