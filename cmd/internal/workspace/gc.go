package workspace

import (
	"cmp"
	"context"
	"errors"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"devenv/env"
	"devenv/store"
	"devenv/store/storepath"
)

// GCOptions say what counts as needed.
type GCOptions struct {
	OlderThan time.Duration // environments unused for so long do not; 0: only those that nothing refers to
	MaxFreed  int64         // stop once that many bytes are freed; 0: do not stop
	DryRun    bool
}

// GCReport is what went, or would go.
type GCReport struct {
	Paths    []GCPath    `json:"paths"`
	Projects []GCProject `json:"projects"` // whose environments go, and on a dry run those that stay
	Bytes    int64       `json:"bytes"`    // size of the paths
	Freed    int64       `json:"freed"`    // of the disk; 0 on a dry run
}

// GCProject is a project that has an environment.
type GCProject struct {
	Dir      string    `json:"dir"`
	Bytes    int64     `json:"bytes"` // of all that its environment needs; others may need it too
	LastUsed time.Time `json:"lastUsed"`
	Goes     bool      `json:"goes"`
}

// GCPath is a store path that no project needs.
type GCPath struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// graceTime protects what another process has built and not yet entered.
const graceTime = time.Hour

// GC drops the environments that nothing needs, and then the store paths that
// no environment needs.
func (w *Workspace) GC(ctx context.Context, o GCOptions) (GCReport, error) {
	report := GCReport{Paths: []GCPath{}, Projects: []GCProject{}}
	s, err := w.store(ctx)
	if err != nil {
		return report, err
	}
	age := max(o.OlderThan, graceTime)
	before := time.Now().Add(-age)
	tree := w.tree()
	sweep, err := tree.PlanSweep(before, o.OlderThan > 0)
	if err != nil {
		return report, err
	}
	if report.Projects, err = w.weigh(ctx, s, sweep, o.DryRun); err != nil {
		return report, err
	}
	options := store.GCOptions{MaxFreed: o.MaxFreed, Keep: func(r store.Root) bool { return !w.dropsRoot(r, sweep, before) }}
	if !o.DryRun {
		if err := tree.Sweep(ctx, sweep); err != nil {
			return report, err
		}
	}
	plan, err := s.PlanGC(ctx, options)
	if err != nil {
		return report, err
	}
	for _, dead := range plan.Dead {
		report.Paths = append(report.Paths, GCPath{Path: s.Dir().Join(dead.Path), Bytes: dead.Bytes})
	}
	report.Bytes = plan.Bytes()
	if o.DryRun {
		return report, nil
	}
	report.Freed, err = s.Execute(ctx, plan)
	return report, err
}

// weigh returns the projects whose environments go, and with all those that stay,
// each with what its environment takes. Those that stay come last.
func (w *Workspace) weigh(ctx context.Context, s *store.Store, sweep env.Sweep, all bool) ([]GCProject, error) {
	list := []GCProject{}
	known, err := w.layout.Projects()
	if err != nil {
		return list, err
	}
	for _, p := range known {
		one := GCProject{Dir: p.Dir, LastUsed: p.LastUsed, Goes: slices.Contains(sweep.Projects, p.Dir)}
		layer, err := w.layout.ReadLayer(p.State.Key)
		if !one.Goes && (!all || err != nil) {
			continue
		}
		if one.Bytes, err = closureSize(ctx, s, layer.Roots); err != nil {
			return list, err
		}
		list = append(list, one)
	}
	slices.SortStableFunc(list, func(a, b GCProject) int {
		if a.Goes != b.Goes {
			return map[bool]int{true: -1, false: 1}[a.Goes]
		}
		return cmp.Compare(b.Bytes, a.Bytes)
	})
	return list, nil
}

// closureSize is the size of all that the roots need, as far as they are there.
func closureSize(ctx context.Context, s *store.Store, roots []string) (bytes int64, err error) {
	var valid []storepath.Path
	for _, root := range roots {
		p, err := s.Dir().Parse(root)
		if err != nil {
			continue
		}
		if _, err := s.Lookup(ctx, p); err == nil {
			valid = append(valid, p)
		}
	}
	closure, err := s.Closure(ctx, valid...)
	for _, info := range closure {
		bytes += info.NarSize
	}
	return bytes, err
}

// dropsRoot says whether a root belongs to an environment of this state that
// goes, or to one that a killed build never finished.
func (w *Workspace) dropsRoot(r store.Root, sweep env.Sweep, before time.Time) bool {
	key, ours := strings.CutPrefix(r.Name, w.rootName("envs/"))
	if !ours {
		return false
	}
	if slices.Contains(sweep.Envs, key) {
		return true
	}
	_, err := os.Lstat(w.layout.Env(key))
	return errors.Is(err, fs.ErrNotExist) && r.Used.Before(before)
}
