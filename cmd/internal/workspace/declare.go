package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"devenv/resolver/constraint"
	"devenv/resolver/manifest"
)

// Spec is a tool as a person names it on the command line.
type Spec struct {
	Tool       string
	Constraint string // "": the newest release line
}

// Catalogue names the tools that can be had, sorted.
func (w *Workspace) Catalogue() []string {
	catalogue, err := w.catalogue()
	if err != nil {
		return nil // completion has nothing to offer then; commands say why
	}
	return slices.Sorted(slices.Values(catalogue.Names()))
}

// Versions lists the releases of a tool, oldest first, and their source.
func (w *Workspace) Versions(ctx context.Context, tool string) ([]constraint.Candidate, string, error) {
	if _, err := w.tool(tool); err != nil {
		return nil, "", err
	}
	if w.o.Offline {
		return nil, "", &offlineError{"the list of releases"}
	}
	r, err := w.tools()
	if err != nil {
		return nil, "", err
	}
	return r.Versions(ctx, tool)
}

// Add declares tools in the devenv.toml of dir and brings the project up to
// date. Where that fails the file is as it was.
func (w *Workspace) Add(ctx context.Context, dir string, specs []Spec) ([]string, error) {
	return w.edit(ctx, dir, func(path string, data []byte) ([]byte, []string, error) {
		var done []string
		for _, s := range specs {
			text, err := w.constraintFor(ctx, s)
			if err != nil {
				return nil, nil, err
			}
			if data, err = manifest.SetTool(path, data, s.Tool, text); err != nil {
				return nil, nil, err
			}
			done = append(done, fmt.Sprintf("%s = %q in %s", s.Tool, text, filepath.Base(path)))
		}
		return data, done, nil
	})
}

// Remove takes tools out of the devenv.toml of dir and brings the project up
// to date.
func (w *Workspace) Remove(ctx context.Context, dir string, names []string) ([]string, error) {
	return w.edit(ctx, dir, func(path string, data []byte) ([]byte, []string, error) {
		var done []string
		for _, name := range names {
			after, err := manifest.RemoveTool(path, data, name)
			if err != nil {
				return nil, nil, err
			}
			if string(after) == string(data) {
				return nil, nil, &undeclaredError{name, path}
			}
			data, done = after, append(done, fmt.Sprintf("%s is not in %s any more", name, filepath.Base(path)))
		}
		return data, done, nil
	})
}

type undeclaredError struct{ tool, path string }

func (e *undeclaredError) Error() string {
	return fmt.Sprintf("%s is not declared in %s", e.tool, e.path)
}
func (e *undeclaredError) Hint() string { return "`devenv list` shows which file asks for it" }

func (w *Workspace) edit(ctx context.Context, dir string, change func(string, []byte) ([]byte, []string, error)) ([]string, error) {
	path := filepath.Join(dir, manifest.Name)
	info, err := os.Stat(path)
	if err == nil && !info.Mode().IsRegular() {
		return nil, fmt.Errorf("%s is not a file", path) // a pipe would be waited for
	}
	before, err := os.ReadFile(path)
	created := errors.Is(err, fs.ErrNotExist)
	if err != nil && !created {
		return nil, err
	}
	after, done, err := change(path, before)
	if err != nil {
		return nil, err
	}
	if err := writeFile(path, after); err != nil {
		return nil, err
	}
	w.files = nil
	if err := w.rebuild(ctx, dir, forced); err != nil {
		var refused *NotAllowedError
		if errors.As(err, &refused) {
			return append(done, refused.Error()), nil
		}
		if created {
			return nil, errors.Join(err, os.Remove(path))
		}
		return nil, errors.Join(err, writeFile(path, before))
	}
	return done, nil
}

// constraintFor is the constraint that a person who gave none means: the
// newest stable release line, so that the declaration says a number.
func (w *Workspace) constraintFor(ctx context.Context, s Spec) (string, error) {
	tool, err := w.tool(s.Tool)
	if err != nil || s.Constraint != "" {
		return s.Constraint, err
	}
	candidates, _, err := w.Versions(ctx, s.Tool)
	if err != nil {
		return "", err
	}
	newest := ""
	for _, c := range candidates { // oldest first; an LTS line where the tool has such
		if !c.Prerelease && (c.LTS != "" || newest == "" || !slices.ContainsFunc(candidates, func(c constraint.Candidate) bool { return c.LTS != "" })) {
			newest = c.Version
		}
	}
	return line(tool.Grammar, newest), nil
}

// line is the release line of a version: the major for npm's grammar, the
// minor for the others.
func line(g constraint.Grammar, version string) string {
	parts := strings.Split(version, ".")
	n := 2
	if g == constraint.NPM {
		n = 1
	}
	return strings.Join(parts[:min(n, len(parts))], ".")
}

// Init writes a devenv.toml from what the version files of dir say.
func (w *Workspace) Init(ctx context.Context, dir string) ([]string, error) {
	path := filepath.Join(dir, manifest.Name)
	if _, err := os.Lstat(path); err == nil {
		return []string{fmt.Sprintf("%s is there already; it is left alone", path)}, nil
	}
	project, err := w.reader().Load(dir)
	if err != nil {
		return nil, err
	}
	var tools []manifest.Tool
	lines := []string{}
	for _, r := range project.Tools {
		lines = append(lines, fmt.Sprintf("found %s %s in %s", r.Tool, r.Constraint, filepath.Base(r.Origin.File)))
		if i := slices.IndexFunc(tools, func(t manifest.Tool) bool { return t.Name == r.Tool }); i >= 0 {
			tools[i].Versions = append(tools[i].Versions, manifest.Version{Constraint: r.Constraint})
			continue
		}
		tools = append(tools, manifest.Tool{Name: r.Tool, Versions: []manifest.Version{{Constraint: r.Constraint}}})
	}
	for _, n := range project.Notes {
		lines = append(lines, n.Text)
	}
	if project.Foreign != "" {
		lines = append(lines, project.Foreign+" belongs to the other devenv, cachix's; it is not read")
	}
	if err := writeFile(path, manifest.New(tools)); err != nil {
		return nil, err
	}
	lines = append(lines, "wrote "+path)
	if len(tools) == 0 {
		return append(lines, "`devenv add node` declares a tool"), nil
	}
	return append(lines, "`devenv lock` pins the versions, `devenv develop` enters"), nil
}
