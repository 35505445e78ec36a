package cli

import (
	"compress/bzip2"
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
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
	return a.withStore(ctx, f, func(s *anyStore) error {
		p, err := storepath.ParseBase(arg) // as errors name derivations
		if err != nil {
			if p, _, err = storePath(s, arg); err != nil {
				return err
			}
		}
		dir, err := logDir(a, s)
		if err != nil {
			return err
		}
		candidates, err := logsFor(ctx, s, p)
		if err != nil {
			return err
		}
		for _, drv := range candidates {
			err := showLog(a, build.LogFile(dir, drv))
			if !errors.Is(err, fs.ErrNotExist) {
				return err
			}
		}
		return withHint(fmt.Errorf("there is no log of %s", p.Base()), "it was not built in this store, but copied or added")
	})
}

// logDir is where the logs of a store are, on this machine.
func logDir(a *app, s *anyStore) (string, error) {
	if s.kind == store.Daemon {
		if dir := a.getenv("NIX_LOG_DIR"); filepath.IsAbs(dir) {
			return dir, nil
		}
		return "/nix/var/log/nix", nil
	}
	disk, err := s.onDisk("show logs")
	if err != nil {
		return "", err
	}
	return disk.LogDir(), nil
}

// logsFor are the derivations whose logs may tell of p.
func logsFor(ctx context.Context, s *anyStore, p storepath.Path) ([]storepath.Path, error) {
	if strings.HasSuffix(p.Name(), derivation.Extension) {
		return []storepath.Path{p}, nil
	}
	info, err := s.Lookup(ctx, p)
	if err != nil {
		return nil, err
	}
	var drvs []storepath.Path
	if d, ok := s.both.(interface {
		Derivers(context.Context, storepath.Path) ([]storepath.Path, error)
	}); ok {
		drvs, err = d.Derivers(ctx, p)
	}
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
