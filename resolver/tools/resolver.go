package tools

import (
	"context"
	"errors"
	"maps"
	"regexp"
	"slices"
	"sync"

	"devenv/lockfile"
	"devenv/resolver/constraint"
	"devenv/transfer"
)

// Options say what a Resolver works with. All but Progress are needed.
type Options struct {
	Catalogue *Catalogue
	Machine   *Machine
	Client    *transfer.Client
	CacheDir  string // for the checksum database's tiles
	Progress  transfer.Progress
}

// Resolver locks and realises tools. It may be used by several goroutines.
type Resolver struct {
	catalogue *Catalogue
	machine   *Machine
	client    *transfer.Client
	cacheDir  string
	progress  transfer.Progress

	mu         sync.Mutex
	publishers map[string]*publisherSource
	packuments map[string]func(context.Context) (packument, error)
	sumdbLock  sync.Mutex
}

// New makes a Resolver. It reads nothing.
func New(o Options) *Resolver {
	return &Resolver{
		catalogue: o.Catalogue, machine: o.Machine, client: o.Client,
		cacheDir: o.CacheDir, progress: o.Progress,
		publishers: map[string]*publisherSource{},
		packuments: map[string]func(context.Context) (packument, error){},
	}
}

// Request is a tool as a project asks for it.
type Request struct{ Tool, Constraint string }

// Versions are the versions that this machine can have, from the first source that can be
// asked, and that source's name. They are in the tool's order, oldest first.
func (r *Resolver) Versions(ctx context.Context, tool string) ([]constraint.Candidate, string, error) {
	t, err := r.tool(tool)
	if err != nil {
		return nil, "", err
	}
	sources, errs := r.sources(ctx, t)
	for _, s := range sources {
		all, err := s.versions(ctx, r.machine.System)
		if err == nil {
			slices.SortFunc(all, func(a, b constraint.Candidate) int {
				return constraint.Compare(t.Grammar, a.Version, b.Version)
			})
			return all, s.name(), nil
		}
		errs = append(errs, err)
	}
	return nil, "", sourcesError(ctx, t, errs)
}

// Lock chooses the newest version that the constraint allows and this machine can have, from
// the first source that has one, and pins it for every system. Only indexes are read.
//
// A system that the source lacks is filled from the next source that has the same version;
// Missing tells which systems are left without. A constraint that cannot be read and one that
// nothing satisfies are package constraint's errors.
func (r *Resolver) Lock(ctx context.Context, req Request) (lockfile.Tool, error) {
	t, err := r.tool(req.Tool)
	if err != nil {
		return lockfile.Tool{}, err
	}
	if _, err := constraint.Parse(t.Grammar, req.Constraint); err != nil {
		return lockfile.Tool{}, err
	}
	sources, errs := r.sources(ctx, t)
	var none *constraint.NoMatchError
	for i, s := range sources {
		locked, err := r.lockFrom(ctx, t, req, s, sources[i+1:])
		if err == nil {
			return locked, nil
		}
		var noMatch *constraint.NoMatchError
		if errors.As(err, &noMatch) && none == nil {
			noMatch.Tool = t.Name
			none = noMatch
		}
		errs = append(errs, err)
	}
	if none != nil {
		return lockfile.Tool{}, none
	}
	return lockfile.Tool{}, sourcesError(ctx, t, errs)
}

func (r *Resolver) lockFrom(ctx context.Context, t *Tool, req Request, s source, others []source) (lockfile.Tool, error) {
	all, err := s.versions(ctx, r.machine.System)
	if err != nil {
		return lockfile.Tool{}, err
	}
	best, err := constraint.Select(t.Grammar, req.Constraint, all)
	if err != nil {
		return lockfile.Tool{}, err
	}
	platforms, err := s.pin(ctx, best.Version, lockfile.Systems())
	if err != nil {
		return lockfile.Tool{}, err
	}
	if len(platforms[r.machine.System].Parts) == 0 {
		return lockfile.Tool{}, &ChecksumMissingError{File: t.Name + " " + best.Version, Where: s.name()}
	}
	r.fill(ctx, best.Version, platforms, others)
	return lockfile.Tool{
		Name: t.Name, Constraint: req.Constraint, Version: best.Version,
		Source: s.name(), Platforms: platforms,
	}, nil
}

// fill pins what is missing from other sources. One that cannot be asked is passed over.
func (r *Resolver) fill(ctx context.Context, version string, platforms map[string]lockfile.Platform, others []source) {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	for _, s := range others {
		missing := missing(platforms)
		if len(missing) == 0 {
			return
		}
		more, err := s.pin(ctx, version, missing)
		if err == nil {
			maps.Copy(platforms, more)
		}
	}
}

// Missing are the systems that a locked tool has no archive for, sorted.
func Missing(tool lockfile.Tool) []string { return missing(tool.Platforms) }

func missing(platforms map[string]lockfile.Platform) []string {
	return slices.DeleteFunc(lockfile.Systems(), func(system string) bool {
		return len(platforms[system].Parts) > 0
	})
}

// tool is a tool's description, if its archives run on this machine.
func (r *Resolver) tool(name string) (*Tool, error) {
	t, err := r.catalogue.Tool(name)
	if err != nil {
		return nil, err
	}
	return t, r.machine.Supports(t)
}

// packument is read once for a Resolver.
func (r *Resolver) packument(ctx context.Context, g *registry, pkg string) (packument, error) {
	r.mu.Lock()
	read := r.packuments[pkg]
	if read == nil {
		read = once(func(ctx context.Context) (packument, error) { return g.packument(ctx, pkg) })
		r.packuments[pkg] = read
	}
	r.mu.Unlock()
	return read(ctx)
}

// sourcesError prefers a context that has ended over what its end caused.
func sourcesError(ctx context.Context, t *Tool, errs []error) error {
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return &SourcesError{Tool: t.Name, Errs: errs}
}

var (
	npmName = sync.OnceValue(func() *regexp.Regexp {
		return regexp.MustCompile(`^(@[A-Za-z0-9~_-][A-Za-z0-9._~-]*/)?[A-Za-z0-9~_-][A-Za-z0-9._~-]*$`)
	})
	npmVersion = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9][A-Za-z0-9.+-]*$`) })
)
