package cli

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"strings"

	"devenv/resolver/flakeref"
)

// globalRegistry is nix.conf's default for flake-registry.
const globalRegistry = "https://channels.nixos.org/flake-registry.json"

// registries are where names of flakes are looked up.
type registries struct {
	*flakes
	flags  *flakeref.Registry
	global *flakeref.Registry
}

// replacements is the registry of --override-flake.
func (s *flakes) replacements(pairs []string) (*flakeref.Registry, error) {
	r := &flakeref.Registry{}
	for _, pair := range pairs {
		name, text, ok := strings.Cut(pair, "=")
		if !ok {
			return nil, withHint(usagef("--override-flake %s: two words are needed", pair), "--override-flake nixpkgs ./nixpkgs")
		}
		from, err := flakeref.Parse(name, flakeref.Options{})
		if err != nil {
			return nil, &usageError{err}
		}
		to, err := s.ref(text)
		if err != nil {
			return nil, err
		}
		r.Set(from, to)
	}
	return r, nil
}

// layers are the registries in the order of their ranks. Only the flags' and the
// global one count for inputs of flakes.
func (r *registries) layers(ctx context.Context, limited bool) ([]flakeref.Layer, error) {
	all := []flakeref.Layer{{Name: "flags", Registry: r.flags}}
	if !limited {
		for _, file := range []struct{ name, path string }{{"user", r.userFile()}, {"system", r.systemFile()}} {
			registry, err := r.file(ctx, file.path)
			if err != nil {
				return nil, err
			}
			all = append(all, flakeref.Layer{Name: file.name, Registry: registry})
		}
	}
	global, err := r.globalLayer(ctx)
	return append(all, flakeref.Layer{Name: "global", Registry: global}), err
}

// userFile is the registry that a user keeps, also with nix.
func (s *flakes) userFile() string {
	config := s.a.getenv("XDG_CONFIG_HOME")
	if !filepath.IsAbs(config) {
		config = filepath.Join(s.a.getenv("HOME"), ".config")
	}
	if dir := s.a.getenv("NIX_CONFIG_HOME"); filepath.IsAbs(dir) {
		return filepath.Join(dir, "registry.json")
	}
	return filepath.Join(config, "nix", "registry.json")
}

func (s *flakes) systemFile() string {
	dir := s.a.getenv("NIX_CONF_DIR")
	if dir == "" {
		dir = "/etc/nix"
	}
	return filepath.Join(dir, "registry.json")
}

// file reads a registry that need not be there.
func (s *flakes) file(ctx context.Context, path string) (*flakeref.Registry, error) {
	r, err := s.fetcher.Registry(ctx, path)
	if errors.Is(err, fs.ErrNotExist) {
		return &flakeref.Registry{}, nil
	}
	return r, err
}

// globalLayer is the registry that everybody shares, or what this program knows
// itself where it cannot be had.
func (r *registries) globalLayer(ctx context.Context) (*flakeref.Registry, error) {
	if r.global != nil {
		return r.global, nil
	}
	var err error
	switch address := r.settings.String("flake-registry", globalRegistry); {
	case address == "":
		r.global = &flakeref.Registry{}
	case filepath.IsAbs(address):
		r.global, err = r.fetcher.Registry(ctx, address)
	case r.a.offline:
		r.global = flakeref.Builtin()
	default:
		if r.global, err = r.fetcher.Registry(ctx, address); err != nil && ctx.Err() == nil {
			r.a.streams.Notice("the flake registry cannot be had (%v); names are those that devenv knows itself", err)
			r.global, err = flakeref.Builtin(), nil
		}
	}
	return r.global, err
}
