package store

import (
	"context"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"devenv/store/db"
	"devenv/store/storepath"
)

// GCOptions say which roots a garbage collection may drop. Only roots that
// AddRoot made are ever dropped; with the zero value none is.
type GCOptions struct {
	// OlderThan drops the roots that were not used for this long.
	OlderThan time.Duration
	// Keep, if set, is asked for every root that is old enough, and keeps those
	// for which it returns true. With OlderThan 0 it alone decides.
	Keep func(Root) bool
	// MaxFreed, if it is not 0, ends the plan once what goes has as many bytes.
	MaxFreed int64
}

func (o GCOptions) drops(r Root, now time.Time) bool {
	if o.OlderThan <= 0 && o.Keep == nil || now.Sub(r.Used) < o.OlderThan {
		return false
	}
	return o.Keep == nil || !o.Keep(r)
}

// GCPlan is what a garbage collection would do. It is a value: making one
// changes nothing.
type GCPlan struct {
	Drop     []Root     // roots that go
	Dead     []Dead     // valid paths that nothing keeps then
	Leftover []Leftover // what killed processes left in the store
	Kept     []Kept     // valid paths that something keeps
}

// Dead is a valid path that is deleted.
type Dead struct {
	Path  storepath.Path
	Bytes int64 // of its NAR: about what it takes on disk
}

// Leftover is something in the store that is not valid and that nobody works on.
type Leftover struct {
	Name  string // in the store directory
	Bytes int64  // on disk
}

// Kept is a valid path that stays.
type Kept struct {
	Path storepath.Path
	By   string // a root's link, "running process N", or the base name of the path that refers to it
}

// Bytes returns about how many bytes executing the plan frees.
func (p GCPlan) Bytes() (n int64) {
	for _, d := range p.Dead {
		n += d.Bytes
	}
	for _, l := range p.Leftover {
		n += l.Bytes
	}
	return n
}

// PlanGC finds out what nothing keeps: no root, no running process, and no path
// that is kept itself.
func (s *Store) PlanGC(ctx context.Context, o GCOptions) (GCPlan, error) {
	plan, err := s.planGC(ctx, o)
	return plan, s.explain(err)
}

func (s *Store) planGC(ctx context.Context, o GCOptions) (plan GCPlan, err error) {
	d, err := s.existing(ctx)
	if d == nil || err != nil {
		return GCPlan{}, err
	}
	roots, err := s.Roots(ctx)
	if err != nil {
		return GCPlan{}, err
	}
	for _, r := range roots {
		if o.drops(r, s.now()) {
			plan.Drop = append(plan.Drop, r)
		}
	}
	links, err := s.findRoots(s.linksOf(plan.Drop))
	if err != nil {
		return GCPlan{}, err
	}
	objects, err := s.objects(ctx, d)
	if err != nil {
		return GCPlan{}, err
	}
	live := objects.mark(links)
	for _, info := range objects.list {
		if by, ok := live[info.Path]; ok {
			plan.Kept = append(plan.Kept, Kept{info.Path, by})
		} else {
			plan.Dead = append(plan.Dead, Dead{info.Path, info.NarSize})
		}
	}
	if plan.Leftover, err = s.leftovers(objects, links); o.MaxFreed > 0 {
		plan.limit(objects, o.MaxFreed)
	}
	return plan, err
}

// limit drops from the plan what goes beyond size bytes. What is left out of it
// keeps nothing that is in it.
func (p *GCPlan) limit(o objects, size int64) {
	for _, l := range p.Leftover {
		size -= l.Bytes
	}
	dead := map[storepath.Path]int64{}
	for _, d := range p.Dead {
		dead[d.Path] = d.Bytes
	}
	p.Dead = p.Dead[:0]
	for _, path := range o.keepersFirst(dead) {
		if size <= 0 {
			break
		}
		p.Dead = append(p.Dead, Dead{path, dead[path]})
		size -= dead[path]
	}
}

// keepersFirst returns the given paths, each after those that keep it, and with
// that in the order of their names.
func (o objects) keepersFirst(paths map[storepath.Path]int64) []storepath.Path {
	var order []storepath.Path // what is kept first
	done := map[storepath.Path]bool{}
	var visit func(p storepath.Path)
	visit = func(p storepath.Path) {
		if _, ok := paths[p]; !ok || done[p] {
			return
		}
		done[p] = true
		for _, k := range o.keeps[p] {
			visit(k)
		}
		order = append(order, p)
	}
	for _, info := range slices.Backward(o.list) {
		visit(info.Path)
	}
	slices.Reverse(order)
	return order
}

// linksOf returns the files of the links that make up roots.
func (s *Store) linksOf(roots []Root) map[string]bool {
	files := map[string]bool{}
	for _, r := range roots {
		for _, p := range r.Paths {
			files[s.state("gcroots/devenv", filepath.FromSlash(r.Name), p.Base())] = true
		}
	}
	return files
}

// objects are the valid paths and what each of them keeps.
type objects struct {
	list  []db.Node
	keeps map[storepath.Path][]storepath.Path
}

// objects reads the valid paths. A path keeps what it refers to and, as Nix's
// settings say, its derivation, or a derivation its outputs.
func (s *Store) objects(ctx context.Context, d *db.DB) (objects, error) {
	settings, err := s.settings()
	if err != nil {
		return objects{}, err
	}
	all, err := d.Graph(ctx)
	if err != nil {
		return objects{}, err
	}
	o := objects{list: all, keeps: make(map[storepath.Path][]storepath.Path, len(all))}
	for _, info := range all {
		o.keeps[info.Path] = info.References
		if settings.keepDerivations && !info.Deriver.IsZero() {
			o.keeps[info.Path] = append(slices.Clip(info.References), info.Deriver)
		}
	}
	if !settings.keepOutputs {
		return o, nil
	}
	outputs, err := d.Outputs(ctx)
	for drv, paths := range outputs {
		o.keeps[drv] = append(o.keeps[drv], paths...)
	}
	return o, err
}

// mark returns the valid paths that are kept, each with what keeps it.
func (o objects) mark(links []link) map[storepath.Path]string {
	live := map[storepath.Path]string{}
	for todo := links; len(todo) > 0; {
		l := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if _, done := live[l.path]; done {
			continue
		}
		keeps, valid := o.keeps[l.path]
		if !valid {
			continue
		}
		live[l.path] = l.why
		for _, p := range keeps {
			todo = append(todo, link{p, l.path.Base()})
		}
	}
	return live
}

// leftovers returns what is in the store directory but not valid, unless a
// running process has said that it works on it. Files that have no name of a
// store's are not ours to judge.
func (s *Store) leftovers(o objects, links []link) ([]Leftover, error) {
	names, err := s.abandoned()
	if err != nil {
		return nil, err
	}
	inUse := map[string]bool{} // by digest: what a Nix writes beside a path goes with it
	for _, l := range links {
		inUse[l.path.Digest()] = true
	}
	all, err := readNames(s.trees())
	if err != nil {
		return nil, err
	}
	for _, name := range all {
		p, err := storepath.ParseBase(name)
		_, valid := o.keeps[p]
		lock := strings.HasSuffix(name, ".lock") && s.unlocked(name)
		if err == nil && !valid && (lock || !inUse[p.Digest()]) {
			names = append(names, name)
		}
	}
	slices.SortFunc(names, strings.Compare)
	var left []Leftover
	for _, name := range names {
		size, err := measure(filepath.Join(s.trees(), name), nil)
		if err != nil {
			return nil, err
		}
		left = append(left, Leftover{name, size})
	}
	return left, nil
}
