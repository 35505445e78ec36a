package tools

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
)

// Contribution is what a tree adds to an environment. All paths are absolute.
type Contribution struct {
	Path  []string          // in front of PATH, first one first
	Set   map[string]string // variables
	Unset []string
	// What Prepare makes before the environment is entered:
	Place string            // the writable directory that the rest is in
	Dirs  []string          // directories
	Links map[string]string // symbolic link: target
	Setup [][]string        // commands that are run once for a place
}

// Contribution says what the tree of a tool adds to an environment.
//
// treeReal is where the tree lies on disk. place is a writable directory of the tool in this
// project; the tool's own rule (a major, a minor version) decides which trees share a part of it.
func (c *Catalogue) Contribution(tool, version, treeReal, place string) (Contribution, error) {
	t, err := c.Tool(tool)
	if err != nil {
		return Contribution{}, err
	}
	e, vars := t.Environment, t.versionVars(version)
	key, err := expand(e.Place, vars)
	if err != nil {
		return Contribution{}, err
	}
	out := Contribution{Place: filepath.Join(place, key), Unset: slices.Clone(e.Unset)}
	vars["tree"], vars["place"] = treeReal, out.Place
	x := &expander{vars: vars}
	out.Path = x.list(e.Path)
	out.Dirs = x.list(e.Dirs)
	out.Set = x.table(e.Set)
	out.Links = x.table(e.Links)
	for _, argv := range e.Setup {
		out.Setup = append(out.Setup, x.list(argv))
	}
	return out, x.err
}

// Additional says what the tree of a further version of a tool adds, when another one has the
// common names already: its versioned names only, such as python3.11.
func (c *Catalogue) Additional(tool, version, treeReal, place string) (Contribution, error) {
	t, err := c.Tool(tool)
	if err != nil {
		return Contribution{}, err
	}
	names := filepath.Join(place, "names")
	out := Contribution{Place: names, Path: []string{names}, Dirs: []string{names}, Links: map[string]string{}}
	x := &expander{vars: t.versionVars(version)}
	for _, name := range slices.Sorted(maps.Keys(t.Environment.Names)) {
		link := filepath.Join(names, x.text(name))
		out.Links[link] = filepath.Join(treeReal, x.text(t.Environment.Names[name]))
	}
	return out, x.err
}

// Owns says whether an address in a lock is one that the catalogue itself would write for that
// version of the tool on that system. Locks with any other address bring programs from
// elsewhere, or other programs than they say.
func (c *Catalogue) Owns(tool, version, system, url string) bool {
	t, err := c.Tool(tool)
	if err != nil {
		return false
	}
	if pkg, v, ok := splitNpm(url); ok && t.Npm != nil {
		beside := slices.ContainsFunc(t.Npm.Beside, func(b Beside) bool { return b.Package == pkg })
		return beside || v == version && slices.Contains(t.Npm.Packages[system], pkg)
	}
	if mod, ok := splitGoproxy(url); ok && t.Goproxy != nil {
		want, err := expand(t.Goproxy.Versions[system], t.versionVars(version))
		return err == nil && mod.Path == t.Goproxy.Module && mod.Version == want
	}
	return t.Publisher != nil && t.Publisher.owns(t.versionVars(version), system, url)
}

// owns holds an address against every archive of the system. The release, which only the index
// knows, is a word of digits, letters and dots, and so never leads elsewhere.
func (p *Publisher) owns(vars map[string]string, system, url string) bool {
	vars["base"], vars["release"] = p.Base, "{release}"
	return slices.ContainsFunc(p.Archives[system], func(archive string) bool {
		name, err := expand(archive, vars)
		if err != nil {
			return false
		}
		vars["archive"] = strings.ReplaceAll(name, "+", "%2B")
		want, err := expand(p.File, vars)
		return err == nil && fileMatcher(want).MatchString(url)
	})
}

// layoutOf finds how a part becomes a piece of the tree, from its address alone. An archive at
// another address than the publisher's is one of the publisher's shape; whether a project may
// have such a thing is the caller's to ask, see Owns.
func (t *Tool) layoutOf(url string) (Layout, error) {
	if pkg, _, ok := splitNpm(url); ok && t.Npm != nil {
		for _, packages := range t.Npm.Packages {
			if slices.Contains(packages, pkg) {
				return t.Npm.Layout, nil
			}
		}
		for _, b := range t.Npm.Beside {
			if b.Package == pkg {
				return b.Layout, nil
			}
		}
	}
	if mod, ok := splitGoproxy(url); ok && t.Goproxy != nil && mod.Path == t.Goproxy.Module {
		return t.Goproxy.Layout, nil
	}
	if t.Publisher != nil && (strings.HasPrefix(url, "https://") || strings.HasPrefix(url, "http://")) {
		return t.Publisher.Layout, nil
	}
	return Layout{}, fmt.Errorf("%s is not where %s comes from", url, t.Title)
}

// expander keeps the first error of many expansions.
type expander struct {
	vars map[string]string
	err  error
}

func (x *expander) text(template string) string {
	s, err := expand(template, x.vars)
	if err != nil && x.err == nil {
		x.err = err
	}
	return s
}

func (x *expander) list(templates []string) []string {
	var out []string
	for _, t := range templates {
		out = append(out, x.text(t))
	}
	return out
}

func (x *expander) table(templates map[string]string) map[string]string {
	out := make(map[string]string, len(templates))
	for k, v := range templates {
		out[x.text(k)] = x.text(v)
	}
	return out
}
