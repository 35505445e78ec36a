package tools

import (
	"context"
	"encoding/json"
	"net/http"
	"net/url"
	"path"
	"strings"

	"devenv/resolver/constraint"
	"devenv/store/nixhash"
)

// registry speaks to the npm registry.
type registry struct {
	r      *Resolver
	config NpmConfig
}

// packument is what a registry knows of a package, as far as tools need it.
type packument struct {
	Versions map[string]struct {
		Engines json.RawMessage `json:"engines"`
		Dist    struct {
			Tarball   string `json:"tarball"`
			Integrity string `json:"integrity"`
		} `json:"dist"`
	} `json:"versions"`
}

func (r *Resolver) registry(config NpmConfig) *registry {
	return &registry{r: r, config: config}
}

// packument fetches a package's versions in the short form that npm install asks for.
// Registries that know only the long form answer with that.
func (g *registry) packument(ctx context.Context, pkg string) (packument, error) {
	u := g.config.RegistryFor(pkg) + "/" + strings.Replace(pkg, "/", "%2f", 1)
	header := g.header(u)
	header.Set("Accept", "application/vnd.npm.install-v1+json; q=1.0, application/json; q=0.8")
	data, err := g.r.get(ctx, u, header, indexAge, maxIndex)
	if err != nil {
		return packument{}, err
	}
	var p packument
	if err := decodeJSON(data, &p); err != nil {
		return packument{}, &IndexError{URL: u, Err: err}
	}
	if len(p.Versions) == 0 {
		return packument{}, &IndexError{URL: u, Err: errEmptyIndex}
	}
	return p, nil
}

func (g *registry) header(u string) http.Header {
	if h := g.config.Authorize(u); h != nil {
		return h
	}
	return http.Header{}
}

// tarball is where registries keep a version's archive. Those that keep it elsewhere say so
// in the packument, which is only asked when this address has nothing.
func (g *registry) tarball(pkg, version string) string {
	return g.config.RegistryFor(pkg) + "/" + pkg + "/-/" + path.Base(pkg) + "-" + url.PathEscape(version) + ".tgz"
}

// integrity is the strongest checksum of a version; the zero Hash where there is only SHA-1,
// which is no proof of anything.
func (p packument) integrity(version string) nixhash.Hash {
	var best nixhash.Hash
	for _, sri := range strings.Fields(p.Versions[version].Dist.Integrity) {
		sri, _, _ = strings.Cut(sri, "?")
		h, err := nixhash.Parse(sri)
		if err != nil {
			continue
		}
		if h.Algo() == nixhash.SHA512 || (h.Algo() == nixhash.SHA256 && best.IsZero()) {
			best = h
		}
	}
	return best
}

// allows says whether a version's engines name the version of the tool that will run it.
// A package that names none runs anywhere; a range that cannot be read allows nothing.
func (p packument) allows(version string, t *Tool, toolVersion string) bool {
	var engines map[string]string
	if json.Unmarshal(p.Versions[version].Engines, &engines) != nil || engines[t.Name] == "" {
		return true
	}
	_, err := constraint.Select("npm", engines[t.Name], []constraint.Candidate{{Version: toolVersion}})
	return err == nil
}
