package workspace

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"devenv/env"
	"devenv/lockfile"
	"devenv/resolver"
	"devenv/resolver/tools"
)

// build makes a project's environment anew and publishes the outcome, whatever
// it is: the environment, the want of a permission, or the failure. The error
// is the failure, or a *NotAllowedError.
func (w *Workspace) build(ctx context.Context, b *env.Builder, dir string, outer []string, why []env.Reason, mode how) (env.Layer, error) {
	if _, err := w.catalogue(); err != nil {
		return env.Layer{}, err // no fault of the project: nothing is published
	}
	result := env.Result{Why: why}
	project, err := w.reader().Load(dir)
	result.Inputs = w.observe(append(reads(project), w.outerReads(project, outer)...))
	if project.Manifest != nil {
		result.Root = project.Manifest.Root
	}
	if err == nil {
		err = w.fill(ctx, &result, project, outer, mode)
	}
	if ctx.Err() != nil {
		return env.Layer{}, ctx.Err() // an interrupted build is no outcome
	}
	var refused *NotAllowedError
	switch {
	case errors.As(err, &refused):
		result.Status, result.Message = env.Untrusted, refused.Error()
		if refused.Denied {
			result.Status = env.Denied
		}
	case err != nil:
		result.Status, result.Message = env.Failed, failure(dir, err)
	}
	if err != nil && len(why) == 0 {
		if old, readErr := b.Root().ReadState(); readErr == nil && old.Status == result.Status && old.Message == result.Message {
			return env.Layer{}, err // shells have said so, and need not say it again
		}
	}
	state, publishErr := b.Publish(ctx, result)
	switch {
	case err != nil && publishErr != nil:
		return env.Layer{}, errors.Join(err, publishErr)
	case err != nil:
		return env.Layer{}, err
	case publishErr != nil:
		return env.Layer{}, publishErr
	}
	if state.Key == "" {
		return env.Layer{}, nil
	}
	return w.layout.ReadLayer(state.Key)
}

// failure is what a prompt says: the place first, as short as it can be told,
// since the line ends where the terminal does.
func failure(dir string, err error) string {
	text := strings.ReplaceAll(err.Error(), dir+"/", "")
	return fmt.Sprintf("%s: %s (`devenv reload` tries again)", filepath.Base(dir), text)
}

// fill is a build that goes well: permission, pins, trees, places, snapshot.
func (w *Workspace) fill(ctx context.Context, result *env.Result, p *resolver.Project, outer []string, mode how) error {
	if err := w.permit(p); err != nil {
		return err
	}
	if p.Manifest == nil && len(p.Tools) == 0 {
		result.Status = env.Nothing
		if p.Foreign != "" {
			result.Message = fmt.Sprintf("%s belongs to the other devenv, cachix's; this one reads devenv.toml", p.Foreign)
		}
		return nil
	}
	system, err := w.system()
	if err != nil {
		return err
	}
	old, err := w.pins(p, system, outer)
	if err != nil {
		return err
	}
	locked, err := resolver.Lock(ctx, resolver.LockRequest{
		Project: p, Old: old, System: system, Outer: w.outerVersion(outer), Locker: locker{w},
	})
	if err != nil {
		return err
	}
	plan, err := resolver.MakePlan(ctx, resolver.PlanRequest{
		Project: p, Tools: locked.Tools, System: system, Place: w.layout.Place, Toolbox: toolbox{w},
	})
	if err != nil {
		return err
	}
	written, err := w.savePins(p, locked, plan, system, mode)
	if err != nil {
		return err
	}
	if written { // what was written is what was read
		result.Inputs = w.observe(withLock(reads(p), p.OwnLock(), locked.Lock.Bytes()))
	}
	if err := w.prepare(ctx, plan); err != nil {
		return err
	}
	snapshot := w.snapshot(plan)
	result.Snapshot, result.Status, result.Lock = &snapshot, env.OK, p.LockPath
	for _, t := range plan.Tools {
		result.Tools = append(result.Tools, env.Tool{Name: t.Name, Version: t.Version})
	}
	if len(result.Why) > 0 {
		result.Message = fmt.Sprintf("%s: %s (%s)", filepath.Base(p.Dir), orNothing(plan.Label), w.because(result.Why))
	}
	return nil
}

func (w *Workspace) observe(all []env.Read) env.Inputs {
	return env.Observe(w.engine(), all, watchedVariables, w.lookup, time.Now())
}

// withLock replaces what was read at the lock's path.
func withLock(all []env.Read, path string, content []byte) []env.Read {
	sum := sha256.Sum256(content)
	all = slices.DeleteFunc(all, func(r env.Read) bool { return r.Path == path })
	return append(all, env.Read{Path: path, Kind: env.File, Hash: hex.EncodeToString(sum[:])})
}

// watchedVariables decide where toolchains come from and where files lie.
var watchedVariables = []string{"DEVENV_STORE", "XDG_DATA_HOME"}

func reads(p *resolver.Project) []env.Read {
	all := make([]env.Read, 0, len(p.Reads))
	for _, r := range p.Reads {
		kind := env.File
		switch r.Kind {
		case resolver.Absent:
			kind = env.Absent
		case resolver.Directory:
			kind = env.Directory
		}
		all = append(all, env.Read{Path: r.Path, Kind: kind, Hash: r.Hash})
	}
	return all
}

// prepare makes the writable places of the tools.
func (w *Workspace) prepare(ctx context.Context, plan *resolver.Plan) error {
	for _, t := range plan.Tools {
		run := func(ctx context.Context, argv []string) error { return w.setUp(ctx, t.Contribution, argv) }
		if err := tools.Prepare(ctx, tools.Contribution(t.Contribution), run); err != nil {
			return fmt.Errorf("preparing a place for %s %s: %w", t.Name, t.Version, err)
		}
	}
	return nil
}

// setUp runs a command that prepares a place, with the variables that the tool
// will have. What it prints belongs to the error, if there is one.
func (w *Workspace) setUp(ctx context.Context, c resolver.Contribution, argv []string) error {
	cmd := exec.CommandContext(ctx, argv[0], argv[1:]...)
	cmd.Env = withoutVariables(w.o.Environ, append(c.Unset, "PYTHONPATH", "__PYVENV_LAUNCHER__")...)
	for name, value := range c.Set {
		cmd.Env = append(cmd.Env, name+"="+value)
	}
	cmd.Dir = "/"
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("%s: %w\n%s", strings.Join(argv, " "), err, strings.TrimSpace(string(out)))
	}
	return nil
}

func withoutVariables(environ []string, names ...string) []string {
	var kept []string
	for _, kv := range environ {
		drop := false
		for _, name := range names {
			drop = drop || strings.HasPrefix(kv, name+"=")
		}
		if !drop {
			kept = append(kept, kv)
		}
	}
	return kept
}

func (w *Workspace) snapshot(plan *resolver.Plan) env.Snapshot {
	s := env.Snapshot{
		Dir: plan.Dir, Label: plan.Label,
		Set: plan.Set, Unset: plan.Unset, Prepend: map[string][]string{},
		Scripts: plan.Scripts, Enter: plan.Enter, Leave: plan.Leave, Roots: plan.Roots,
	}
	for name, elements := range plan.Prepend {
		s.Prepend[name] = env.Prepended(name, elements...)
	}
	return s
}

// whole says whether the store paths of a layer are still there.
func (w *Workspace) whole(layer env.Layer) bool {
	if len(layer.Roots) == 0 {
		return true
	}
	s, err := w.store(context.Background())
	if err != nil {
		return false
	}
	for _, root := range layer.Roots {
		p, err := s.Dir().Parse(root)
		if err != nil {
			return false
		}
		if _, err := os.Lstat(s.Real(p)); err != nil {
			return false
		}
	}
	return true
}

// outerReads are the tools of the layers above, where what is pinned depends on
// them.
func (w *Workspace) outerReads(p *resolver.Project, outer []string) []env.Read {
	var all []env.Read
	for _, dir := range outer {
		root, err := w.layout.Root(dir)
		if err != nil || !p.LeansOut() {
			continue
		}
		read := env.Read{Path: root.ToolsFile(), Kind: env.Absent}
		if text, err := os.ReadFile(read.Path); err == nil {
			sum := sha256.Sum256(text)
			read.Kind, read.Hash = env.File, hex.EncodeToString(sum[:])
		}
		all = append(all, read)
	}
	return all
}

// outerVersion is what the layers above have of a tool: the nearest counts.
func (w *Workspace) outerVersion(outer []string) func(string) (string, bool) {
	return func(tool string) (string, bool) {
		for i := len(outer) - 1; i >= 0; i-- {
			root, err := w.layout.Root(outer[i])
			if err != nil {
				continue
			}
			state, err := root.ReadState()
			if err != nil || state.Key == "" {
				continue
			}
			for _, t := range state.Tools {
				if t.Name == tool {
					return t.Version, true
				}
			}
		}
		return "", false
	}
}

// reason is what made a build necessary, in words for people.
func (w *Workspace) reason(r env.Reason) string {
	if dir, ok := w.layout.ProjectOf(r.Name); ok {
		return env.Reason{Name: "the tools of " + dir, Fact: strings.Replace(r.Fact, "is ", "are ", 1)}.String()
	}
	return r.String()
}

func (w *Workspace) because(why []env.Reason) string {
	const most = 2
	words := make([]string, 0, most+1)
	for i, r := range why {
		if i == most {
			words = append(words, fmt.Sprintf("and %d more", len(why)-most))
			break
		}
		words = append(words, w.reason(r))
	}
	return strings.Join(words, ", ")
}

func orNothing(label string) string {
	if label == "" {
		return "ready"
	}
	return label
}

// pins chooses the pins to go on from: those beside the project, or, where
// these are missing or stale and what the hook pinned meanwhile is not, the
// user's own.
func (w *Workspace) pins(p *resolver.Project, system string, outer []string) (*lockfile.Lock, error) {
	own := w.statePins(p)
	switch {
	case own == nil:
		return p.Lock, nil
	case p.Lock == nil:
		return own, nil
	}
	stale, err := resolver.Check(p, p.Lock, system, w.outerVersion(outer))
	if err != nil || len(stale) == 0 {
		return p.Lock, err
	}
	if stale, err := resolver.Check(p, own, system, w.outerVersion(outer)); err == nil && len(stale) == 0 {
		return own, nil
	}
	return p.Lock, nil
}

// statePins are the pins in the user's state; a damaged file counts as none.
func (w *Workspace) statePins(p *resolver.Project) *lockfile.Lock {
	root, err := w.layout.Root(p.Dir)
	if err != nil || root.Lockfile() == p.LockPath {
		return nil
	}
	lock, err := lockfile.Read(root.Lockfile())
	if err != nil {
		return nil
	}
	return lock
}

// savePins writes the pins down: beside the project when a person asked and a
// version has changed, else in the user's state. A lock that says all there is
// to say keeps its bytes. It reports whether the project's own lock was written.
func (w *Workspace) savePins(p *resolver.Project, locked *resolver.Locked, plan *resolver.Plan, system string, mode how) (bool, error) {
	recorded, _ := plan.Record(locked.Tools, system)
	locked.Lock.SetTools(recorded)
	root, err := w.layout.Root(p.Dir)
	if err != nil {
		return false, err
	}
	own := p.LockPath != root.Lockfile()
	switch {
	case p.Lock == nil && len(locked.Tools) == 0:
		return false, nil
	case own && saysAll(p, p.Lock, locked.Lock, system):
		return false, nil
	case own && mode != background && mode != around:
		return true, writeLock(p.LockPath, locked.Lock)
	}
	return false, lockfile.Write(root.Lockfile(), locked.Lock)
}
