package resolver

import (
	"context"
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"devenv/lockfile"
)

// Tree is a tool's files in the store.
type Tree struct {
	Path    string // the logical store path, in full
	Real    string // where it lies on this machine
	NarHash string // SRI
}

// Contribution is what one tool adds to an environment, and what its writable
// place needs.
type Contribution struct {
	Path  []string          // directories for PATH, in order
	Set   map[string]string // variables
	Unset []string
	Place string            // the writable directory that the rest is in
	Dirs  []string          // directories to create
	Links map[string]string // symbolic links to create: path to target
	Setup [][]string        // commands that prepare the place, once
}

// Toolbox has the tools' files, and knows what they need in an environment.
type Toolbox interface {
	// Realise brings the tree of a pinned tool into the store. It touches no
	// network if the tree is there.
	Realise(ctx context.Context, tool lockfile.Tool, system string) (Tree, error)
	// Contribution says what the default version of a tool adds: real is where
	// its tree lies, place a directory that the tool may write to.
	Contribution(tool, version, real, place string) (Contribution, error)
	// Additional says the same of a further version, which must not come in
	// the way of the default one.
	Additional(tool, version, real, place string) (Contribution, error)
}

// PlanRequest asks for the plan of one project.
type PlanRequest struct {
	Project *Project
	Tools   []lockfile.Tool // the pins
	System  string
	// Place is the writable place for a tool of the project.
	Place   func(dir, tool string) string
	Toolbox Toolbox
}

// Plan is an environment in plain values.
type Plan struct {
	Dir   string
	Label string // "node 24.21.0, go 1.24.5"
	Tools []PlannedTool

	Set          map[string]string
	Unset        []string            // sorted
	Prepend      map[string][]string // absolute places, in order of precedence
	Scripts      map[string]string
	Enter, Leave string
	Roots        []string // the tools' logical store paths
}

// PlannedTool is one pinned tool with its tree.
type PlannedTool struct {
	Name, Version string
	Tree          Tree
	Contribution  Contribution
}

// MakePlan realises the pinned tools, all at once, and puts together what they
// and the manifest say. The manifest wins over the tools; the first version of
// a tool is the default, the others add what Toolbox.Additional says.
func MakePlan(ctx context.Context, req PlanRequest) (*Plan, error) {
	trees := make([]Tree, len(req.Tools))
	group, ctx := errgroup.WithContext(ctx)
	for i, tool := range req.Tools {
		group.Go(func() (err error) {
			trees[i], err = req.Toolbox.Realise(ctx, tool, req.System)
			return err
		})
	}
	if err := group.Wait(); err != nil {
		return nil, err
	}
	p := &Plan{
		Dir: req.Project.Dir, Label: label(req.Tools),
		Set: map[string]string{}, Prepend: map[string][]string{}, Scripts: map[string]string{},
	}
	for i, tool := range req.Tools {
		if err := p.addTool(req, tool, trees[i]); err != nil {
			return nil, err
		}
	}
	p.addManifest(req.Project)
	slices.Sort(p.Unset)
	return p, nil
}

// addTool adds one tool behind those that are there.
func (p *Plan) addTool(req PlanRequest, tool lockfile.Tool, tree Tree) error {
	contribution := req.Toolbox.Contribution
	if slices.ContainsFunc(p.Tools, func(t PlannedTool) bool { return t.Name == tool.Name }) {
		contribution = req.Toolbox.Additional
	}
	c, err := contribution(tool.Name, tool.Version, tree.Real, req.Place(p.Dir, tool.Name))
	if err != nil {
		return err
	}
	p.Tools = append(p.Tools, PlannedTool{Name: tool.Name, Version: tool.Version, Tree: tree, Contribution: c})
	if !slices.Contains(p.Roots, tree.Path) {
		p.Roots = append(p.Roots, tree.Path)
	}
	for _, dir := range c.Path {
		if !slices.Contains(p.Prepend["PATH"], dir) {
			p.Prepend["PATH"] = append(p.Prepend["PATH"], dir)
		}
	}
	maps.Copy(p.Set, c.Set)
	for _, name := range c.Unset {
		p.unset(name)
	}
	return nil
}

// addManifest adds what the manifest says, in front of and in place of what the
// tools said.
func (p *Plan) addManifest(project *Project) {
	if project.Manifest == nil {
		return
	}
	for _, v := range project.Manifest.Env {
		switch {
		case v.Unset:
			delete(p.Set, v.Name)
			delete(p.Prepend, v.Name)
			p.unset(v.Name)
		case v.Elements != nil:
			p.prepend(v.Name, v.Elements)
		default:
			p.Set[v.Name] = v.Value
			p.Unset = slices.DeleteFunc(p.Unset, func(name string) bool { return name == v.Name })
		}
	}
	for _, s := range project.Manifest.Scripts {
		p.Scripts[s.Name] = s.Run
	}
	p.Enter, p.Leave = project.Manifest.Hooks.Enter, project.Manifest.Hooks.Leave
}

// prepend puts elements, relative to the project, in front. A value that a tool
// set becomes the last element; one that it removed stays removed before.
func (p *Plan) prepend(name string, elements []string) {
	var all []string
	for _, e := range elements {
		if !filepath.IsAbs(e) {
			e = filepath.Join(p.Dir, e)
		}
		all = append(all, e)
	}
	all = append(all, p.Prepend[name]...)
	if value, ok := p.Set[name]; ok {
		delete(p.Set, name)
		all = append(all, strings.Split(value, ":")...)
	}
	if slices.Contains(p.Unset, name) {
		p.Unset = slices.DeleteFunc(p.Unset, func(n string) bool { return n == name })
		p.Set[name] = strings.Join(all, ":")
		return
	}
	p.Prepend[name] = all
}

func (p *Plan) unset(name string) {
	if !slices.Contains(p.Unset, name) {
		p.Unset = append(p.Unset, name)
	}
}

// label names an environment after its tools.
func label(tools []lockfile.Tool) string {
	var all []string
	for _, t := range tools {
		all = append(all, fmt.Sprintf("%s %s", t.Name, t.Version))
	}
	return strings.Join(all, ", ")
}

// Record notes the hashes of the plan's trees in the pins. It reports whether
// that told anything new.
func (p *Plan) Record(tools []lockfile.Tool, system string) ([]lockfile.Tool, bool) {
	tools, news := slices.Clone(tools), false
	for i, planned := range p.Tools {
		platform := tools[i].Platforms[system]
		if planned.Tree.NarHash == "" || platform.NarHash == planned.Tree.NarHash {
			continue
		}
		platform.NarHash, news = planned.Tree.NarHash, true
		tools[i].Platforms = maps.Clone(tools[i].Platforms)
		tools[i].Platforms[system] = platform
	}
	return tools, news
}
