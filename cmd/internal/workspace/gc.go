package workspace

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"slices"
	"strings"
	"time"

	"devenv/env"
	"devenv/store"
)

// GCOptions say what counts as needed.
type GCOptions struct {
	OlderThan time.Duration // environments unused for so long do not; 0: only those that nothing refers to
	DryRun    bool
}

// GCReport is what went, or would go.
type GCReport struct {
	Paths    []GCPath `json:"paths"`
	Projects []string `json:"projects"` // a line for each project whose environment goes
	Bytes    int64    `json:"bytes"`    // size of the paths
	Freed    int64    `json:"freed"`    // of the disk; 0 on a dry run
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
	report := GCReport{Paths: []GCPath{}, Projects: []string{}}
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
	for _, p := range sweep.Projects {
		report.Projects = append(report.Projects, fmt.Sprintf("%s: not used since %s", p, before.Format(time.DateTime)))
	}
	options := store.GCOptions{Keep: func(r store.Root) bool { return !w.dropsRoot(r, sweep, before) }}
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
