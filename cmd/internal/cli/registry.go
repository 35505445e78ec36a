package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"

	"devenv/resolver/flakeref"
)

func newRegistryCmd(a *app) *cobra.Command {
	cmd := &cobra.Command{
		Use:   "registry COMMAND",
		Short: "Say what names of flakes stand for",
		Long: `Flake registries give names to references: nixpkgs is github:NixOS/nixpkgs/nixpkgs-unstable. Your own
is the file that nix has too, ~/.config/nix/registry.json.`,
		Example: "  devenv registry list\n  devenv registry add mine github:me/flake\n  devenv registry pin nixpkgs",
		Args:    noCommand,
		RunE:    func(cmd *cobra.Command, _ []string) error { return cmd.Help() },
	}
	cmd.AddCommand(newRegistryListCmd(a), newRegistryAddCmd(a), newRegistryRemoveCmd(a), newRegistryPinCmd(a), newRegistryResolveCmd(a))
	return cmd
}

func newRegistryListCmd(a *app) *cobra.Command {
	var o flakeOptions
	var asJSON bool
	cmd := &cobra.Command{
		Use:     "list",
		Short:   "List the names and what they stand for",
		Long:    "List the entries of all registries, those that count first.",
		Example: "  devenv registry list",
		Args:    atMost(0),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, _ []string) error {
			r := &registries{flakes: s, flags: &flakeref.Registry{}}
			layers, err := r.layers(ctx, false)
			if err != nil {
				return err
			}
			return s.listRegistries(layers, asJSON)
		}),
	}
	cmd.Flags().BoolVar(&asJSON, "json", false, "print [{registry, from, to}]")
	return cmd
}

func (s *flakes) listRegistries(layers []flakeref.Layer, asJSON bool) error {
	type entry struct {
		Registry string `json:"registry"`
		From     string `json:"from"`
		To       string `json:"to"`
	}
	entries := []entry{}
	for _, layer := range layers {
		for _, e := range layer.Entries {
			entries = append(entries, entry{layer.Name, e.From.String(), e.To.String()})
		}
	}
	if asJSON {
		return s.a.streams.JSON(entries)
	}
	for _, e := range entries {
		s.a.streams.Printf("%-6s %s %s\n", e.Registry, e.From, e.To)
	}
	return nil
}

// registryFlag chooses the file that is changed.
func registryFlag(cmd *cobra.Command, file *string) {
	cmd.Flags().StringVar(file, "registry", "", "change `FILE` in place of your own registry")
}

// changeRegistry reads a registry, has it changed, and writes it.
func (s *flakes) changeRegistry(ctx context.Context, file string, change func(r *flakeref.Registry) error) error {
	path := s.userFile()
	if file != "" {
		path = absolute(file, s.cwd)
	}
	r, err := s.file(ctx, path)
	if err != nil {
		return err
	}
	if err := change(r); err != nil {
		return err
	}
	text, err := r.Bytes()
	if err != nil {
		return err
	}
	return replaceFile(path, text)
}

// replaceFile writes a file anew: the old one or the new one is there at any
// time. A link is followed.
func replaceFile(path string, text []byte) error {
	target, err := filepath.EvalSymlinks(path)
	if errors.Is(err, fs.ErrNotExist) {
		target, err = path, os.MkdirAll(filepath.Dir(path), 0o777)
	}
	if err != nil {
		return err
	}
	f, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name()) //nolint:errcheck // renamed, or of no use
	_, err = f.Write(text)
	if err = errors.Join(err, f.Chmod(0o644), f.Sync(), f.Close()); err != nil {
		return err
	}
	return os.Rename(f.Name(), target)
}

func newRegistryAddCmd(a *app) *cobra.Command {
	var o flakeOptions
	var file string
	cmd := &cobra.Command{
		Use:     "add NAME REF",
		Short:   "Let a name stand for a reference",
		Long:    "Let a name stand for a reference, in place of what it stood for.",
		Example: "  devenv registry add mine github:me/flake\n  devenv registry add nixpkgs ~/src/nixpkgs",
		Args:    exactly(2, "a name and a reference", "devenv registry add mine github:me/flake"),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			from, err := flakeref.Parse(args[0], flakeref.Options{})
			if err != nil {
				return &usageError{err}
			}
			to, err := s.ref(args[1])
			if err != nil {
				return err
			}
			return s.changeRegistry(ctx, file, func(r *flakeref.Registry) error { r.Set(from, to); return nil })
		}),
	}
	registryFlag(cmd, &file)
	return cmd
}

func newRegistryRemoveCmd(a *app) *cobra.Command {
	var o flakeOptions
	var file string
	cmd := &cobra.Command{
		Use:     "remove NAME",
		Short:   "Forget what a name stands for",
		Long:    "Take a name out of your registry. It may still stand for something in another one.",
		Example: "  devenv registry remove mine",
		Args:    needsOne("a name", "devenv registry remove mine"),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			from, err := flakeref.Parse(args[0], flakeref.Options{})
			if err != nil {
				return &usageError{err}
			}
			return s.changeRegistry(ctx, file, func(r *flakeref.Registry) error {
				if r.Remove(from) == 0 {
					return withHint(fmt.Errorf("the registry has no %s", from), "see what there is: devenv registry list")
				}
				return nil
			})
		}),
	}
	registryFlag(cmd, &file)
	return cmd
}

func newRegistryPinCmd(a *app) *cobra.Command {
	var o flakeOptions
	var file string
	cmd := &cobra.Command{
		Use:     "pin NAME [REF]",
		Short:   "Let a name stand for what it means now",
		Long:    "Let a name stand for the revision that it, or a reference, means now.",
		Example: "  devenv registry pin nixpkgs",
		Args:    atMost(2),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			if len(args) == 0 {
				return withHint(usagef("pin needs a name"), "devenv registry pin nixpkgs")
			}
			return s.pin(ctx, args, file)
		}),
	}
	registryFlag(cmd, &file)
	return cmd
}

func (s *flakes) pin(ctx context.Context, args []string, file string) error {
	from, err := s.ref(args[0])
	if err != nil {
		return err
	}
	ref, err := s.ref(args[len(args)-1])
	if err != nil {
		return err
	}
	if ref, err = s.Resolve(ctx, ref); err != nil {
		return err
	}
	ref.Dir = ""
	tree, err := s.fetcher.Fetch(ctx, ref)
	if err != nil {
		return err
	}
	locked, err := tree.Locked(ctx)
	if err != nil {
		return err
	}
	if !locked.Locked() {
		s.a.streams.Notice("%s is not locked: it has changes that are not committed", locked)
	}
	locked.Dir = from.Dir
	from.Dir = ""
	return s.changeRegistry(ctx, file, func(r *flakeref.Registry) error { r.Set(from, locked.With("narHash", nil)); return nil })
}

func newRegistryResolveCmd(a *app) *cobra.Command {
	var o flakeOptions
	return &cobra.Command{
		Use:     "resolve REF...",
		Short:   "Print what names stand for",
		Long:    "Print the references that names stand for, one a line.",
		Example: "  devenv registry resolve nixpkgs",
		Args:    needs("a name", "devenv registry resolve nixpkgs"),
		RunE: a.withFlakes(&o, func(ctx context.Context, s *flakes, args []string) error {
			for _, text := range args {
				ref, err := s.ref(text)
				if err != nil {
					return err
				}
				if ref, err = s.Resolve(ctx, ref); err != nil {
					return err
				}
				a.streams.Printf("%s\n", ref)
			}
			return nil
		}),
	}
}
