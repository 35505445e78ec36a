package workspace

import (
	"context"
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"devenv/env"
	"devenv/resolver"
)

// The states of a layer, as people and programs read them.
const (
	StateReady   = "ready"
	StateNew     = "not built yet"
	StateChanged = "changed"
	StateFailed  = "failed"
	StateBlocked = "needs devenv allow"
	StateDenied  = "denied"
	StateNothing = "nothing to do"
)

// ToolStatus is one tool of a project.
type ToolStatus struct {
	Tool       string `json:"tool"`
	Constraint string `json:"constraint"`
	Version    string `json:"version"` // "" before it is pinned
	Source     string `json:"source"`  // where its archives come from
	Origin     string `json:"origin"`  // the file, and the key in it
	Path       string `json:"path"`    // the tree on disk, once it is there
	Installed  bool   `json:"installed"`
}

// State is one word for a table.
func (t ToolStatus) State() string {
	switch {
	case t.Version == "":
		return "not pinned"
	case t.Installed:
		return "there"
	}
	return "not downloaded"
}

// Provides says whether a file is the tool's.
func (t ToolStatus) Provides(path string) bool {
	if t.Path == "" {
		return false
	}
	real, err := filepath.EvalSymlinks(path)
	return err == nil && strings.HasPrefix(real, t.Path+string(filepath.Separator))
}

// LayerStatus is one layer, outermost first in lists.
type LayerStatus struct {
	Dir          string       `json:"dir"`
	State        string       `json:"state"`
	Active       bool         `json:"active"` // in the environment of the process
	Label        string       `json:"label"`
	Declarations []string     `json:"declarations"`
	Tools        []ToolStatus `json:"tools"`
	Variables    []string     `json:"variables"` // "+NAME", "^PATH": see env.Brief
	Message      string       `json:"message"`   // what the newest build has to say
	Changed      []string     `json:"changed"`   // what has changed since
	Why          []string     `json:"why"`       // what made the newest build necessary
	Key          string       `json:"key"`
	Built        time.Time    `json:"built,omitzero"`
}

// Status describes the layers of dir for a process with that environment. It
// changes nothing.
func (w *Workspace) Status(ctx context.Context, dir string, environ []string) ([]LayerStatus, error) {
	dirs, err := w.layers(dir)
	if err != nil {
		return nil, err
	}
	active := env.Active(environ)
	all := make([]LayerStatus, 0, len(dirs))
	for i, d := range dirs {
		status, err := w.layerStatus(ctx, d, dirs[:i], active, environ)
		if err != nil {
			return nil, err
		}
		all = append(all, status)
	}
	return all, nil
}

func (w *Workspace) layerStatus(ctx context.Context, dir string, outer []string, active, environ []string) (LayerStatus, error) {
	s := LayerStatus{Dir: dir, State: StateNew, Declarations: []string{}, Tools: []ToolStatus{}, Variables: []string{}, Changed: []string{}, Why: []string{}}
	root, err := w.layout.Root(dir)
	if err != nil {
		return s, err
	}
	project, err := w.reader().Load(dir)
	s.Declarations = declarations(project)
	if err != nil {
		s.State, s.Message = StateFailed, err.Error()
		return s, nil
	}
	if s.Tools, err = w.toolStatus(ctx, project, outer); err != nil {
		return s, err
	}
	state, err := root.ReadState()
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			s.Message = err.Error()
		}
		return s, nil
	}
	s.fromState(&state)
	for _, r := range state.Why {
		s.Why = append(s.Why, w.reason(r))
	}
	if state.Key != "" {
		s.Active = slices.Contains(active, state.Key)
		if layer, err := w.layout.ReadLayer(state.Key); err == nil && !s.Active {
			for _, c := range env.Diff(environ, layer) {
				s.Variables = append(s.Variables, string(c.Op)+c.Name)
			}
		}
	}
	if d := env.Decide(&state, w.engine(), w.lookup); d.Action == env.Rebuild {
		if s.State == StateReady {
			s.State = StateChanged
		}
		for _, r := range d.Why {
			s.Changed = append(s.Changed, w.reason(r))
		}
	}
	return s, nil
}

func (s *LayerStatus) fromState(state *env.State) {
	s.Label, s.Key, s.Built, s.Message = state.Label, state.Key, state.Built.Local(), state.Message
	switch state.Status {
	case env.OK:
		s.State = StateReady
	case env.Failed:
		s.State = StateFailed
	case env.Untrusted:
		s.State = StateBlocked
	case env.Denied:
		s.State = StateDenied
	case env.Nothing:
		s.State = StateNothing
	}
}

// declarations are the files of a project that say something.
func declarations(p *resolver.Project) []string {
	names := []string{}
	for _, r := range p.Reads {
		name := filepath.Base(r.Path)
		if r.Kind == resolver.File && name != resolver.LockName && filepath.Dir(r.Path) == p.Dir {
			names = append(names, name)
		}
	}
	return names
}

// Tools describes the tools of all layers of dir, the nearest project's last.
func (w *Workspace) Tools(ctx context.Context, dir string) ([]ToolStatus, error) {
	dirs, err := w.layers(dir)
	if err != nil {
		return nil, err
	}
	var all []ToolStatus
	for i, d := range dirs {
		project, err := w.reader().Load(d)
		if err != nil {
			return nil, err
		}
		status, err := w.toolStatus(ctx, project, dirs[:i])
		if err != nil {
			return nil, err
		}
		all = append(all, status...)
	}
	return all, nil
}

func (w *Workspace) toolStatus(ctx context.Context, p *resolver.Project, outer []string) ([]ToolStatus, error) {
	system, err := w.system()
	if err != nil {
		return nil, err
	}
	lock, err := w.pins(p, system, outer)
	if err != nil {
		return nil, err
	}
	all := []ToolStatus{}
	for _, want := range p.Tools {
		t := ToolStatus{Tool: want.Tool, Constraint: want.Constraint, Origin: filepath.Base(want.Origin.File)}
		if want.Key != "" {
			t.Origin += " " + want.Key
		}
		if lock != nil {
			pins, err := lock.Tools()
			if err != nil {
				return nil, err
			}
			for _, pin := range pins {
				if pin.Name != want.Tool || pin.Constraint != want.Constraint {
					continue
				}
				t.Version, t.Source = pin.Version, pin.Source
				if tree, ok := w.inStore(ctx, w.recall(pin, system), system); ok {
					t.Path, t.Installed = tree.Real, true
				}
			}
		}
		all = append(all, t)
	}
	return all, nil
}
