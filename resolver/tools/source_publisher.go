package tools

import (
	"context"
	"errors"
	"strings"

	"golang.org/x/sync/errgroup"

	"devenv/lockfile"
	"devenv/resolver/constraint"
	"devenv/store/nixhash"
	"devenv/transfer"
)

// publisherSource is the publisher's site, or a mirror of it at another base.
type publisherSource struct {
	r     *Resolver
	tool  *Tool
	label string // "publisher" or "mirror"
	base  string
	index func(context.Context) ([]release, error)
}

// publisher gives the source for a base; its index is read once for a Resolver.
func (r *Resolver) publisher(t *Tool, base string) *publisherSource {
	r.mu.Lock()
	defer r.mu.Unlock()
	key := t.Name + " " + base
	if r.publishers[key] == nil {
		s := &publisherSource{r: r, tool: t, label: lockfile.SourcePublisher, base: base}
		if base != t.Publisher.Base {
			s.label = lockfile.SourceMirror
		}
		s.index = once(s.readIndex)
		r.publishers[key] = s
	}
	return r.publishers[key]
}

func (s *publisherSource) name() string { return s.label }

func (s *publisherSource) versions(ctx context.Context, system string) ([]constraint.Candidate, error) {
	all, err := s.index(ctx)
	if err != nil {
		return nil, err
	}
	var found []constraint.Candidate
	for _, rel := range all {
		if len(s.archives(rel, system)) > 0 {
			found = append(found, s.tool.withLTS(rel.Candidate))
		}
	}
	return found, nil
}

func (s *publisherSource) pin(ctx context.Context, version string, systems []string) (map[string]lockfile.Platform, error) {
	rel, ok, err := s.release(ctx, version)
	if err != nil || !ok {
		return nil, err
	}
	sums, err := s.sums(ctx, rel)
	if err != nil {
		return nil, err
	}
	platforms := map[string]lockfile.Platform{}
	var missing error
	for _, system := range systems {
		part, err := s.part(rel, system, sums)
		switch {
		case errors.Is(err, errNoArchive):
		case err != nil:
			missing = err
		default:
			platforms[system] = lockfile.Platform{Parts: []lockfile.Part{part}}
		}
	}
	if len(platforms) == 0 && missing != nil {
		return nil, missing
	}
	s.r.fillSizes(ctx, platforms, s.rebase)
	return platforms, nil
}

// part pins the first archive of the catalogue's list that the release has.
func (s *publisherSource) part(rel release, system string, sums map[string]nixhash.Hash) (lockfile.Part, error) {
	names := s.archives(rel, system)
	if len(names) == 0 {
		return lockfile.Part{}, errNoArchive
	}
	for _, name := range names {
		d := rel.Archives[name]
		if d.Hash.IsZero() {
			d.Hash = sums[name]
		}
		if d.Hash.IsZero() {
			continue
		}
		u, err := s.url(s.tool.Publisher.File, s.tool.Publisher.Base, rel, name)
		if err != nil {
			return lockfile.Part{}, err
		}
		return lockfile.Part{URL: u, Hash: d.Hash.SRI(), Size: d.Size}, nil
	}
	return lockfile.Part{}, &ChecksumMissingError{File: names[0], Where: s.base}
}

// archives are the names of rel's archives for a system, in the catalogue's order.
func (s *publisherSource) archives(rel release, system string) []string {
	var names []string
	for _, template := range s.tool.Publisher.Archives[system] {
		name, err := expand(template, s.vars(rel))
		if _, ok := rel.Archives[name]; err == nil && ok {
			names = append(names, name)
		}
	}
	return names
}

// sums are the checksums that are kept beside the archives; none where the index has them.
func (s *publisherSource) sums(ctx context.Context, rel release) (map[string]nixhash.Hash, error) {
	if s.tool.Publisher.Sums == "" {
		return nil, nil
	}
	u, err := s.url(s.tool.Publisher.Sums, s.base, rel, "")
	if err != nil {
		return nil, err
	}
	data, err := s.r.get(ctx, u, nil, settledAge, maxIndex)
	if err != nil {
		return nil, err
	}
	sums, err := parseSums(data)
	if err != nil {
		return nil, &IndexError{URL: u, Err: err}
	}
	return sums, nil
}

func (s *publisherSource) release(ctx context.Context, version string) (release, bool, error) {
	all, err := s.index(ctx)
	for _, rel := range all {
		if rel.Version == version {
			return rel, true, nil
		}
	}
	return release{}, false, err
}

// readIndex reads the first index that answers. A mirror has those that are below its base.
func (s *publisherSource) readIndex(ctx context.Context) ([]release, error) {
	var errs []error
	for _, ix := range s.tool.Publisher.Index {
		own := strings.Contains(ix.URL, "{base}")
		if !own && s.base != s.tool.Publisher.Base {
			continue
		}
		var all []release
		var err error
		if len(ix.Releases) > 0 {
			all, err = s.readReleases(ctx, ix)
		} else {
			all, err = s.readList(ctx, ix, release{})
		}
		if err == nil {
			return all, nil
		}
		errs = append(errs, err)
	}
	if len(errs) == 0 {
		errs = append(errs, &notConfigured{s.label, "a mirror of " + s.tool.Title + " has no list of versions"})
	}
	return nil, errs[0]
}

func (s *publisherSource) readList(ctx context.Context, ix Index, rel release) ([]release, error) {
	u, err := s.url(ix.URL, s.base, rel, "")
	if err != nil {
		return nil, err
	}
	age := indexAge
	if rel.Tag != "" {
		age = settledAge
	}
	data, err := s.r.get(ctx, u, nil, age, maxIndex)
	if err != nil {
		return nil, err
	}
	all, err := indexFormats()[ix.Format](data, s.tool.matcher())
	if err != nil {
		return nil, &IndexError{URL: u, Err: err}
	}
	return all, nil
}

// readReleases reads an index that is spread over the releases. A mirror need not have all.
func (s *publisherSource) readReleases(ctx context.Context, ix Index) ([]release, error) {
	lists := make([][]release, len(ix.Releases))
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(8)
	for i, tag := range ix.Releases {
		g.Go(func() error {
			var status *transfer.StatusError
			list, err := s.readList(gctx, ix, release{Tag: tag})
			if errors.As(err, &status) && status.NotFound() {
				return nil
			}
			lists[i] = list
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	c := collector{}
	for _, list := range lists {
		c.merge(list)
	}
	all, err := nonEmpty(c.releases())
	if err != nil {
		return nil, &IndexError{URL: s.base, Err: errors.New("has none of the known releases")}
	}
	return all, nil
}

func (s *publisherSource) vars(rel release) map[string]string {
	vars := s.tool.versionVars(rel.Version)
	vars["release"] = rel.Tag
	return vars
}

// url expands an address. A plus sign is escaped: some servers read it as a space.
func (s *publisherSource) url(template, base string, rel release, archive string) (string, error) {
	vars := s.vars(rel)
	vars["base"] = base
	vars["archive"] = strings.ReplaceAll(archive, "+", "%2B")
	return expand(template, vars)
}

// rebase turns an address as locks have it into one of this source.
func (s *publisherSource) rebase(u string) string {
	if rest, ok := strings.CutPrefix(u, s.tool.Publisher.Base+"/"); ok {
		return s.base + "/" + rest
	}
	return u
}

// mirror is the base that the user set in one of the tool's variables, "" without one. One
// that is no address of a web server is an error, for when no other source can be asked.
func (m *Machine) mirror(t *Tool) (string, error) {
	if t.Publisher == nil {
		return "", nil
	}
	for _, name := range t.Publisher.Mirrors {
		switch v := strings.TrimRight(m.host.Getenv(name), "/"); {
		case isHTTP(v):
			return v, nil
		case v != "":
			return "", &notConfigured{lockfile.SourceMirror, name + " is no http or https address"}
		}
	}
	return "", nil
}

// withLTS fills in the code name of a version where the index did not tell it.
func (t *Tool) withLTS(c constraint.Candidate) constraint.Candidate {
	c.LTS = strings.ToLower(c.LTS)
	if c.LTS != "" || c.Prerelease {
		return c
	}
	major := t.versionVars(c.Version)["major"]
	for name, first := range t.LTS {
		if t.versionVars(first)["major"] == major && constraint.Compare(t.Grammar, c.Version, first) >= 0 {
			c.LTS = name
		}
	}
	return c
}
