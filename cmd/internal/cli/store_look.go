package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"devenv/store"
	"devenv/store/derivation"
	"devenv/store/nar"
	"devenv/store/storepath"
)

func newStoreLsCmd(a *app, f *storeFlags) *cobra.Command {
	var o lsOptions
	cmd := &cobra.Command{
		Use:     "ls [-lR] [--json] PATH",
		Short:   "List files of a store path",
		Long:    "List files of a store path, or of a directory in it.",
		Example: "  devenv store ls -lR ./result/bin",
		Args:    needsOne("a PATH", "devenv store ls -lR ./result/bin"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), f, func(s *anyStore) error {
				root, err := listInStore(cmd.Context(), s, args[0], o.recursive)
				if err != nil {
					return err
				}
				return o.print(a, root)
			})
		},
	}
	o.addTo(cmd)
	return cmd
}

func newStoreCatCmd(a *app, f *storeFlags) *cobra.Command {
	return &cobra.Command{
		Use:     "cat PATH",
		Short:   "Print a file of a store path",
		Long:    "Print a file of a store path. Links are not followed.",
		Example: "  devenv store cat /nix/store/…-hello-2.12/share/info/hello.info",
		Args:    needsOne("a PATH", "devenv store cat ./result/README"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), f, func(s *anyStore) error {
				disk, ok := s.both.(*store.Store)
				if !ok {
					return catFromArchive(cmd.Context(), a, s, args[0])
				}
				name, err := fileInStore(cmd.Context(), s, disk, args[0])
				if err != nil {
					return err
				}
				if info, err := os.Lstat(name); err != nil {
					return err
				} else if !info.Mode().IsRegular() {
					return usagef("%s is not a regular file", args[0])
				}
				file, err := os.Open(name)
				if err != nil {
					return err
				}
				defer file.Close()
				_, err = io.Copy(a.streams.Out, file)
				return err
			})
		},
	}
}

// fileInStore returns where the file lies that arg names, which is one of a valid
// path. Links on the way to it are not followed.
func fileInStore(ctx context.Context, s *anyStore, disk *store.Store, arg string) (string, error) {
	p, rest, err := storePath(s, arg)
	if err != nil {
		return "", err
	}
	if _, err := disk.Hold(ctx, p); err != nil {
		return "", err
	}
	root := disk.Real(p)
	file := filepath.Join(root, rest)
	for dir := filepath.Dir(file); len(dir) >= len(root); dir = filepath.Dir(dir) {
		if info, err := os.Lstat(dir); err == nil && info.Mode()&fs.ModeSymlink != 0 {
			return "", usagef("%s is a symbolic link", s.Dir().Join(p)+dir[len(root):])
		}
	}
	if _, err := os.Lstat(file); errors.Is(err, fs.ErrNotExist) {
		return "", usagef("there is no %s", s.Dir().Join(p)+rest)
	}
	return file, nil
}

// listInStore lists what arg names, and with deep what is below it.
func listInStore(ctx context.Context, s *anyStore, arg string, deep bool) (*nar.Listing, error) {
	if disk, ok := s.both.(*store.Store); ok {
		file, err := fileInStore(ctx, s, disk, arg)
		if err != nil {
			return nil, err
		}
		return listDisk(file, deep)
	}
	p, rest, err := storePath(s, arg)
	if err != nil {
		return nil, err
	}
	root, err := s.listing(ctx, p)
	if err != nil {
		return nil, err
	}
	for _, part := range pathParts(rest) {
		if root = root.Entries[part]; root == nil {
			return nil, usagef("there is no %s", s.Dir().Join(p)+rest)
		}
	}
	return root, nil
}

// catFromArchive prints a file of a store whose files are not on this disk.
func catFromArchive(ctx context.Context, a *app, s *anyStore, arg string) error {
	p, rest, err := storePath(s, arg)
	if err != nil {
		return err
	}
	name := strings.TrimPrefix(path.Clean("/"+rest), "/")
	if name == "" {
		name = "."
	}
	return s.file(ctx, p, name, func(r io.Reader) error {
		_, err := io.Copy(a.streams.Out, r)
		return err
	})
}

// listDisk lists what is at path, and with deep what is below it.
func listDisk(name string, deep bool) (*nar.Listing, error) {
	info, err := os.Lstat(name)
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case mode.IsRegular():
		return &nar.Listing{Type: nar.Regular, Size: info.Size(), Executable: mode&0o100 != 0}, nil
	case mode&fs.ModeSymlink != 0:
		target, err := os.Readlink(name)
		return &nar.Listing{Type: nar.Symlink, Target: target}, err
	case !mode.IsDir():
		return nil, fmt.Errorf("%s is neither a file, a directory nor a link", name)
	}
	l := &nar.Listing{Type: nar.Directory, Entries: map[string]*nar.Listing{}}
	entries, err := os.ReadDir(name)
	for _, e := range entries {
		if err == nil {
			l.Entries[e.Name()], err = listEntry(filepath.Join(name, e.Name()), deep)
		}
	}
	return l, err
}

// listEntry is listDisk for an entry, whose own entries are listed with deep only.
func listEntry(name string, deep bool) (*nar.Listing, error) {
	if info, err := os.Lstat(name); err == nil && info.IsDir() && !deep {
		return &nar.Listing{Type: nar.Directory}, nil
	}
	return listDisk(name, deep)
}

func newStoreShowDerivationCmd(a *app, f *storeFlags) *cobra.Command {
	var recursive bool
	cmd := &cobra.Command{
		Use:     "show-derivation [-r] PATH...",
		Short:   "Print derivations as JSON",
		Long:    "Print derivations, or those that made other paths, as `nix derivation show` does.",
		Example: "  devenv store show-derivation /nix/store/…-hello-2.12.drv",
		Args:    needs("a PATH", "devenv store show-derivation /nix/store/…-hello-2.12.drv"),
		RunE: func(cmd *cobra.Command, args []string) error {
			return a.withStore(cmd.Context(), f, func(s *anyStore) error {
				paths, err := storePathArgs(s, args)
				if err != nil {
					return err
				}
				return runShowDerivation(cmd.Context(), a, s, paths, recursive)
			})
		},
	}
	cmd.Flags().BoolVarP(&recursive, "recursive", "r", false, "with all derivations that they need")
	return cmd
}

func runShowDerivation(ctx context.Context, a *app, s *anyStore, paths []storepath.Path, recursive bool) error {
	shown := map[storepath.Path]*derivation.Derivation{}
	for len(paths) > 0 {
		p := paths[0]
		paths = paths[1:]
		if filepath.Ext(p.Name()) != derivation.Extension {
			info, err := s.Lookup(ctx, p)
			if err != nil {
				return err
			}
			if p = info.Deriver; p.IsZero() {
				return withHint(usagef("%s is not known to come from a derivation", s.Dir().Join(info.Path)), "name a path that ends in "+derivation.Extension)
			}
		}
		if shown[p] != nil {
			continue
		}
		drv, err := s.Derivation(ctx, p)
		if err != nil {
			return err
		}
		shown[p] = drv
		for _, in := range drv.InputDrvs {
			if recursive {
				paths = append(paths, in.Path)
			}
		}
	}
	text, err := derivation.ShowJSON(shown)
	if err == nil {
		a.streams.Printf("%s\n", text)
	}
	return err
}
