package tools

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"

	"golang.org/x/mod/module"
	"golang.org/x/sync/errgroup"

	"devenv/lockfile"
	"devenv/resolver/constraint"
	"devenv/transfer"
)

// goproxySource has a tool as versions of one module, the way the go command gets its own
// toolchains: lists and zips from the module proxy, hashes from the checksum database.
type goproxySource struct {
	r       *Resolver
	tool    *Tool
	proxies []goproxy
	sumdb   string
}

// goproxy is an element of GOPROXY.
type goproxy struct {
	url      string
	anyError bool // followed by |: the next is asked after any error, not only "not found"
}

// parseGoproxy reads a GOPROXY list. "direct" names no proxy and a toolchain has no
// repository to be fetched from, so the list ends there; so it does at "off".
func parseGoproxy(list string) ([]goproxy, error) {
	var proxies []goproxy
	for list != "" {
		at := strings.IndexAny(list, ",|")
		item, rest, anyError := list, "", false
		if at >= 0 {
			item, rest, anyError = list[:at], list[at+1:], list[at] == '|'
		}
		list = rest
		item = strings.TrimRight(strings.TrimSpace(item), "/")
		if item == "direct" || item == "off" {
			break
		}
		if isHTTP(item) {
			proxies = append(proxies, goproxy{url: item, anyError: anyError})
		}
	}
	if len(proxies) == 0 {
		return nil, &notConfigured{"goproxy", "GOPROXY names no proxy that can be asked over HTTP"}
	}
	return proxies, nil
}

func (s *goproxySource) name() string { return lockfile.SourceGoproxy }

// each asks the proxies in turn, under GOPROXY's rule of when the next one may be asked.
func (s *goproxySource) each(ask func(proxy string) error) error {
	var err error
	for _, p := range s.proxies {
		err = ask(p.url)
		if err == nil || (!p.anyError && !isNotFound(err)) {
			return err
		}
	}
	return err
}

// isNotFound: 404 and 410 are the answers that GOPROXY's comma takes for "not here".
func isNotFound(err error) bool {
	var status *transfer.StatusError
	return errors.As(err, &status) && status.NotFound()
}

func (s *goproxySource) versions(ctx context.Context, system string) ([]constraint.Candidate, error) {
	before, after, ok := strings.Cut(s.tool.Goproxy.Versions[system], "{version}")
	if !ok {
		return nil, &notConfigured{"goproxy", s.tool.Title + " is not in it for " + system}
	}
	var list string
	var asked string
	err := s.each(func(proxy string) error {
		asked = proxy + "/" + escapedModule(s.tool.Goproxy.Module) + "/@v/list"
		data, err := s.r.get(ctx, asked, nil, indexAge, maxIndex)
		list = string(data)
		return err
	})
	if err != nil {
		return nil, err
	}
	var found []constraint.Candidate
	for v := range strings.FieldsSeq(list) {
		v, okBefore := strings.CutPrefix(v, before)
		v, okAfter := strings.CutSuffix(v, after)
		if okBefore && okAfter && v != "" {
			pre := strings.Contains(v, "rc") || strings.Contains(v, "beta")
			found = append(found, constraint.Candidate{Version: v, Prerelease: pre})
		}
	}
	if len(found) == 0 {
		return nil, &IndexError{URL: asked, Err: errEmptyIndex}
	}
	slices.SortFunc(found, func(a, b constraint.Candidate) int {
		return constraint.Compare(s.tool.Grammar, a.Version, b.Version)
	})
	return found, nil
}

// pin asks the checksum database, which covers the systems that a proxy was never asked for.
func (s *goproxySource) pin(ctx context.Context, version string, systems []string) (map[string]lockfile.Platform, error) {
	db, err := s.database(ctx)
	if err != nil {
		return nil, err
	}
	var mu sync.Mutex
	platforms := map[string]lockfile.Platform{}
	g, gctx := errgroup.WithContext(ctx)
	for _, system := range systems {
		template, ok := s.tool.Goproxy.Versions[system]
		if !ok {
			continue
		}
		v, err := expand(template, s.tool.versionVars(version))
		if err != nil {
			return nil, err
		}
		mod := module.Version{Path: s.tool.Goproxy.Module, Version: v}
		g.Go(func() error {
			h1, err := db.lookup(gctx, mod)
			if err != nil || h1 == "" {
				return err
			}
			mu.Lock()
			defer mu.Unlock()
			platforms[system] = lockfile.Platform{Parts: []lockfile.Part{{URL: "goproxy:" + mod.String(), Hash: h1}}}
			return nil
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	s.r.fillSizes(ctx, platforms, func(u string) string {
		mod, _ := splitGoproxy(u)
		return zipURL(s.proxies[0].url, mod)
	})
	return platforms, nil
}

func zipURL(proxy string, mod module.Version) string {
	v, err := module.EscapeVersion(mod.Version)
	if err != nil {
		v = mod.Version
	}
	return proxy + "/" + escapedModule(mod.Path) + "/@v/" + v + ".zip"
}

func escapedModule(path string) string {
	if p, err := module.EscapePath(path); err == nil {
		return p
	}
	return path
}

// splitGoproxy takes "goproxy:module@version" apart.
func splitGoproxy(u string) (module.Version, bool) {
	rest, ok := strings.CutPrefix(u, "goproxy:")
	p, v, at := strings.Cut(rest, "@")
	if !ok || !at || module.CheckPath(p) != nil || !npmVersion().MatchString(v) {
		return module.Version{}, false
	}
	return module.Version{Path: p, Version: v}, true
}
