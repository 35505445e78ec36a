package tools

import (
	"context"
	"fmt"
	"path"
	"strings"

	"devenv/transfer/unpack"
)

// address is where a part may be had on this machine.
type address struct {
	url    string
	header map[string][]string
	format unpack.Format
}

// addresses are the places to ask in turn. Each is found out when its turn comes: where a
// registry keeps a tarball costs a request that is seldom needed.
func (r *Resolver) addresses(ctx context.Context, t *Tool, url string) ([]func(context.Context) (address, error), error) {
	pkg, version, ok := splitNpm(url)
	if !ok {
		format, ok := unpack.FormatFor(path.Base(url))
		if !ok {
			return nil, fmt.Errorf("%s: not an archive of a known kind", url)
		}
		var all []func(context.Context) (address, error)
		if base, _ := r.machine.mirror(t); base != "" {
			u := base + strings.TrimPrefix(url, t.Publisher.Base)
			all = append(all, at(address{url: u, format: format}))
		}
		return append(all, at(address{url: url, format: format})), nil
	}
	config, err := r.machine.Npm(ctx)
	if err != nil {
		return nil, err
	}
	if config.RegistryFor(pkg) == "" {
		return nil, &RegistryMissingError{Part: url, Setting: "registry in ~/.npmrc, or NPM_CONFIG_REGISTRY"}
	}
	g := r.registry(config)
	usual := g.tarball(pkg, version)
	return []func(context.Context) (address, error){
		at(address{url: usual, header: g.header(usual), format: unpack.TarGz}),
		func(ctx context.Context) (address, error) {
			p, err := r.packument(ctx, g, pkg)
			u := p.Versions[version].Dist.Tarball
			if err == nil && u == "" {
				err = fmt.Errorf("the npm registry has no %s@%s", pkg, version)
			}
			return address{url: u, header: g.header(u), format: unpack.TarGz}, err
		},
	}, nil
}

func at(a address) func(context.Context) (address, error) {
	return func(context.Context) (address, error) { return a, nil }
}
