package tools

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/sync/errgroup"

	"devenv/lockfile"
	"devenv/resolver/constraint"
	"devenv/transfer"
)

// npmSource has a tool as packages of the npm registry: one for each system and, beside
// it, those that the publisher packs with the tool.
type npmSource struct {
	r        *Resolver
	tool     *Tool
	registry *registry
}

func (s *npmSource) name() string { return lockfile.SourceNPM }

func (s *npmSource) versions(ctx context.Context, system string) ([]constraint.Candidate, error) {
	seen := map[string]bool{}
	known := s.r.published(ctx, s.tool)
	var found []constraint.Candidate
	for _, pkg := range s.tool.Npm.Packages[system] {
		p, err := s.optional(ctx, pkg)
		if err != nil {
			return nil, err
		}
		for version := range p.Versions {
			if !seen[version] && !p.integrity(version).IsZero() {
				seen[version] = true
				c := known[version].Candidate
				c.Version, c.Prerelease = version, strings.Contains(version, "-")
				found = append(found, s.tool.withLTS(c))
			}
		}
	}
	if len(found) == 0 {
		return nil, &notConfigured{"npm", "the registry has no package of " + s.tool.Title + " for " + system}
	}
	slices.SortFunc(found, func(a, b constraint.Candidate) int {
		return constraint.Compare(s.tool.Grammar, a.Version, b.Version)
	})
	return found, nil
}

func (s *npmSource) pin(ctx context.Context, version string, systems []string) (map[string]lockfile.Platform, error) {
	mains := make([]lockfile.Part, len(systems))
	var beside []lockfile.Part
	g, gctx := errgroup.WithContext(ctx)
	for i, system := range systems {
		g.Go(func() (err error) {
			mains[i], err = s.main(gctx, version, system)
			return err
		})
	}
	g.Go(func() (err error) {
		beside, err = s.beside(gctx, version)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, err
	}
	platforms := map[string]lockfile.Platform{}
	for i, system := range systems {
		if mains[i].URL != "" {
			platforms[system] = lockfile.Platform{Parts: append([]lockfile.Part{mains[i]}, beside...)}
		}
	}
	s.r.fillSizes(ctx, platforms, func(u string) string {
		pkg, v, _ := splitNpm(u)
		return s.registry.tarball(pkg, v)
	})
	return platforms, nil
}

// main is the part with the tool itself; a zero part where the registry has none.
func (s *npmSource) main(ctx context.Context, version, system string) (lockfile.Part, error) {
	for _, pkg := range s.tool.Npm.Packages[system] {
		p, err := s.optional(ctx, pkg)
		if err != nil {
			return lockfile.Part{}, err
		}
		if h := p.integrity(version); !h.IsZero() {
			return npmPart(pkg, version, h.SRI()), nil
		}
	}
	return lockfile.Part{}, nil
}

func (s *npmSource) beside(ctx context.Context, version string) ([]lockfile.Part, error) {
	bundled := s.r.published(ctx, s.tool)[version].Bundled
	var parts []lockfile.Part
	for _, b := range s.tool.Npm.Beside {
		if b.Since != "" && constraint.Compare(s.tool.Grammar, version, b.Since) < 0 {
			continue
		}
		p, err := s.optional(ctx, b.Package)
		if err != nil {
			return nil, err
		}
		chosen := s.choose(p, b, version, bundled[b.Package])
		if chosen != "" {
			parts = append(parts, npmPart(b.Package, chosen, p.integrity(chosen).SRI()))
		} else if !b.Optional {
			return nil, fmt.Errorf("the npm registry has no version of %s that runs on %s %s", b.Package, s.tool.Name, version)
		}
	}
	return parts, nil
}

// choose picks the version of a package beside the tool: the one that the publisher packs,
// else the newest of the catalogue's line, else the newest below it that runs at all.
func (s *npmSource) choose(p packument, b Beside, version, packed string) string {
	if packed != "" && !p.integrity(packed).IsZero() {
		return packed
	}
	line := b.line(s.tool.versionVars(version)["major"])
	var fit []string
	for v := range p.Versions {
		if strings.Contains(v, "-") || p.integrity(v).IsZero() {
			continue
		}
		if line < 0 || majorOf(v) <= line {
			fit = append(fit, v)
		}
	}
	slices.SortFunc(fit, func(a, b string) int { return constraint.Compare("semver", b, a) })
	for _, v := range fit {
		if p.allows(v, s.tool, version) {
			return v
		}
	}
	return ""
}

// line is the major of the package that belongs to a major of the tool; -1: any.
func (b Beside) line(major string) int {
	n, _ := strconv.Atoi(major)
	best, line := -1, -1
	for from, to := range b.Lines {
		if at, err := strconv.Atoi(from); err == nil && at <= n && at > best {
			best, line = at, to
		}
	}
	return line
}

// optional is a packument; an empty one for a package that the registry does not have.
func (s *npmSource) optional(ctx context.Context, pkg string) (packument, error) {
	p, err := s.r.packument(ctx, s.registry, pkg)
	var status *transfer.StatusError
	if errors.As(err, &status) && status.NotFound() {
		return packument{}, nil
	}
	return p, err
}

// npm: is how a lock calls a package of whichever registry a machine has.
func npmPart(pkg, version, sri string) lockfile.Part {
	return lockfile.Part{URL: "npm:" + pkg + "@" + version, Hash: sri}
}

// splitNpm takes "npm:name@version" apart; names may have a scope with an @ of its own.
func splitNpm(u string) (pkg, version string, ok bool) {
	rest, ok := strings.CutPrefix(u, "npm:")
	at := strings.LastIndex(rest, "@")
	if !ok || at <= 0 || at == len(rest)-1 {
		return "", "", false
	}
	return rest[:at], rest[at+1:], npmName().MatchString(rest[:at]) && npmVersion().MatchString(rest[at+1:])
}

func majorOf(version string) int {
	n, _ := strconv.Atoi(leadingDigits(version))
	return n
}

// published is what the publisher says of its versions, if its index can be had in reasonable
// time: when they appeared, which are LTS, which npm they come with. A registry knows none of it.
func (r *Resolver) published(ctx context.Context, t *Tool) map[string]release {
	if t.Publisher == nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	mirror, _ := r.machine.mirror(t)
	all, err := r.publisher(t, cmp.Or(mirror, t.Publisher.Base)).index(ctx)
	if err != nil {
		return nil
	}
	known := make(map[string]release, len(all))
	for _, rel := range all {
		known[rel.Version] = rel
	}
	return known
}
