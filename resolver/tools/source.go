package tools

import (
	"context"
	"net/http"
	"time"

	"golang.org/x/sync/errgroup"

	"devenv/lockfile"
	"devenv/resolver/constraint"
	"devenv/transfer"
)

// source is one place where a tool can be had.
type source interface {
	// name is what a lock says.
	name() string
	// versions are those that a system can have.
	versions(ctx context.Context, system string) ([]constraint.Candidate, error)
	// pin gives the parts of a version for those of systems that the source has it for.
	// That it has none for a system is no error.
	pin(ctx context.Context, version string, systems []string) (map[string]lockfile.Platform, error)
}

const (
	// indexAge is how long an index is used without asking whether it has changed.
	indexAge = time.Minute
	// settledAge is the same for what does not change once it is published.
	settledAge = 30 * 24 * time.Hour
	// patience bounds what a lock can do without: other systems' archives from other
	// sources, sizes, the version of npm that the publisher packs.
	patience = 4 * time.Second
)

// sources are those of the tool that this machine is set up for, in order; those that it is
// not set up for are told as errors, to be shown when all others fail.
func (r *Resolver) sources(ctx context.Context, t *Tool) ([]source, []error) {
	var found []source
	var missing []error
	for _, name := range t.Sources {
		s, err := r.source(ctx, t, name)
		if err != nil {
			missing = append(missing, err)
			continue
		}
		if s != nil {
			found = append(found, s)
		}
	}
	return found, missing
}

// source is nil without an error for a mirror that nobody configured.
func (r *Resolver) source(ctx context.Context, t *Tool, name string) (source, error) {
	switch name {
	case lockfile.SourceMirror:
		base, err := r.machine.mirror(t)
		if base == "" {
			return nil, err
		}
		return r.publisher(t, base), nil
	case lockfile.SourceNPM:
		config, err := r.machine.Npm(ctx)
		if err != nil {
			return nil, err
		}
		if config.Registry == "" {
			return nil, &notConfigured{"npm", "no registry is configured"}
		}
		return &npmSource{r: r, tool: t, registry: r.registry(config)}, nil
	case lockfile.SourceGoproxy:
		config, err := r.machine.Go(ctx)
		if err != nil {
			return nil, err
		}
		proxies, err := parseGoproxy(config.Proxy)
		if err != nil {
			return nil, err
		}
		return &goproxySource{r: r, tool: t, proxies: proxies, sumdb: config.SumDB}, nil
	default:
		return r.publisher(t, t.Publisher.Base), nil
	}
}

// fillSizes asks for the sizes that no index told, all at once and not for long: a size is a
// help for progress, and 0 is one that is not known.
func (r *Resolver) fillSizes(ctx context.Context, platforms map[string]lockfile.Platform, address func(url string) string) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	wanted := map[string]*int64{}
	for _, p := range platforms {
		for _, part := range p.Parts {
			if part.Size == 0 && wanted[part.URL] == nil {
				wanted[part.URL] = new(int64)
			}
		}
	}
	var g errgroup.Group
	for url, size := range wanted {
		g.Go(func() error {
			if n, err := r.client.Size(ctx, address(url)); err == nil && n > 0 {
				*size = n
			}
			return nil
		})
	}
	_ = g.Wait() // no function of the group returns an error
	for _, p := range platforms {
		for i, part := range p.Parts {
			if size := wanted[part.URL]; size != nil {
				p.Parts[i].Size = *size
			}
		}
	}
}

func (r *Resolver) get(ctx context.Context, url string, header http.Header, age time.Duration, limit int64) ([]byte, error) {
	data, _, err := r.client.Get(ctx, transfer.Request{URL: url, Header: header, Size: -1, MaxAge: age}, limit)
	return data, err
}
