package cli

import (
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/build"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

func newLogCmd(a *app) *cobra.Command {
	var f storeFlags
	cmd := &cobra.Command{
		Use:   "log PATH",
		Short: "Show what a build printed",
		Long: `Show the log of the build of a derivation, or of what one built: a .drv file, a store path,
or a link to one. Logs are kept beside the store, also of builds that failed.`,
		Example: "  devenv log ./result\n  devenv log /nix/store/…-hello-2.12.drv",
		Args:    needsOne("a path", "devenv log ./result"),
		RunE:    func(cmd *cobra.Command, args []string) error { return runLog(cmd.Context(), a, &f, args[0]) },
	}
	addStoreFlag(cmd, &f)
	return cmd
}

func runLog(ctx context.Context, a *app, f *storeFlags, arg string) error {
	return a.withStore(ctx, f, func(s *store.Store) error {
		p, err := storepath.ParseBase(arg) // as errors name derivations
		if err != nil {
			paths, err := a.storePathsOf([]string{arg})
			if err != nil {
				return err
			}
			p = paths[0]
		}
		candidates, err := logsFor(ctx, s, p)
		if err != nil {
			return err
		}
		for _, drv := range candidates {
			err := showLog(a, build.LogFile(s.LogDir(), drv))
			if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return withHint(fmt.Errorf("there is no log of %s", p.Base()), "it was not built in this store, but copied or added")
	})
}

// logsFor are the derivations whose logs may tell of p.
func logsFor(ctx context.Context, s *store.Store, p storepath.Path) ([]storepath.Path, error) {
	if strings.HasSuffix(p.Name(), derivation.Extension) {
		return []storepath.Path{p}, nil
	}
	info, err := s.Lookup(ctx, p)
	if err != nil {
		return nil, err
	}
	drvs, err := s.Derivers(ctx, p)
	if !info.Deriver.IsZero() {
		drvs = append([]storepath.Path{info.Deriver}, drvs...)
	}
	return drvs, err
}

// showLog prints a log, compressed or not.
func showLog(a *app, file string) error {
	f, err := os.Open(file)
	if err == nil {
		defer f.Close()
		_, err = io.Copy(a.streams.Out, f)
		return err
	}
	if f, err = os.Open(file + ".bz2"); err != nil {
		return err
	}
	defer f.Close()
	_, err = io.Copy(a.streams.Out, bzip2.NewReader(f))
	return err
}
