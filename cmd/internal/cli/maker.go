package cli

import (
	"context"
	"errors"
	"strings"
	"sync"

	"devenv/cmd/internal/ui"
	"devenv/nixconf"
	"devenv/store/build"
	"devenv/store/daemon"
	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// maker makes outputs of derivations: *build.Builder, or a daemon.
type maker interface {
	Build(ctx context.Context, targets ...build.Target) ([]build.Result, error)
	Obtain(ctx context.Context, paths ...storepath.Path) error
}

// maker returns what builds for a store.
func (s *stores) maker(ctx context.Context, to *anyStore, o builderOptions) (maker, error) {
	if d, ok := to.both.(*daemonStore); ok {
		m := &daemonMaker{a: s.a, o: o, names: map[uint64]string{}}
		m.client = d.WithEvents(m.hear)
		return m, nil
	}
	disk, err := to.onDisk("build")
	if err != nil {
		return nil, err
	}
	return s.newBuilder(ctx, disk, o)
}

// set puts the options of a command line among Nix's settings.
func (o *builderOptions) set(settings *nixconf.Settings) {
	if o.jobs != "" {
		settings.Set("max-jobs", o.jobs, "--max-jobs")
	}
	if o.builders != "" {
		settings.Set("builders", o.builders, "--builders")
	}
	if o.cores > 0 {
		settings.Set("cores", decimal(int64(o.cores)), "--cores")
	}
	if o.keepGoing {
		settings.Set("keep-going", "true", "--keep-going")
	}
	if o.keepFailed {
		settings.Set("keep-failed", "true", "--keep-failed")
	}
}

// daemonMaker has a daemon build.
type daemonMaker struct {
	a      *app
	client *daemon.Client // its events come here
	o      builderOptions

	mu    sync.Mutex // guards what follows
	names map[uint64]string
}

// hear tells of builds that begin, and of what they print if that is wanted.
func (m *daemonMaker) hear(e daemon.Event) {
	m.mu.Lock()
	defer m.mu.Unlock()
	line, isLine := e.LogLine()
	switch {
	case e.Kind == daemon.Start && e.Type == daemon.ActBuild && len(e.Fields) > 0:
		name := e.Fields[0].Text
		if p, err := m.client.Dir().Parse(name); err == nil {
			name = drvName(p)
		}
		m.names[e.Activity] = ui.Clean(name)
		m.a.streams.Notice("building %s", m.names[e.Activity])
	case e.Kind == daemon.Start && e.Type == daemon.ActBuildWaiting:
		m.a.streams.Notice("%s", ui.Clean(uncoloured(e.Text)))
	case e.Kind == daemon.Stop:
		delete(m.names, e.Activity)
	case isLine && m.o.logs:
		m.a.streams.Notice("%s> %s", m.names[e.Activity], ui.Clean(uncoloured(line)))
	}
}

// Build satisfies maker.
func (m *daemonMaker) Build(ctx context.Context, targets ...build.Target) ([]build.Result, error) {
	if len(targets) == 0 {
		return nil, nil
	}
	var wanted []daemon.Target
	for _, t := range targets {
		wanted = append(wanted, daemon.OutputsOf(t.Drv, t.Outputs...))
	}
	mode := daemon.Normal
	if m.o.rebuild {
		mode = daemon.Check
	}
	done, err := m.client.Build(ctx, wanted, mode)
	if err != nil {
		return nil, err
	}
	var results []build.Result
	var failed, dragged []error // dragged down by those that failed
	for _, r := range done {
		one := build.Result{Drv: r.Target.Path, Status: build.Status(r.Status), Outputs: map[string]storepath.Path{}, Start: r.Start, Stop: r.Stop}
		for name, output := range r.Outputs {
			one.Outputs[name] = output.Path
		}
		if !r.Status.OK() {
			one.Err = daemonFailure(r)
			if r.Message == "" || r.Status == daemon.DependencyFailed {
				dragged = append(dragged, one.Err)
			} else {
				failed = append(failed, one.Err)
			}
		}
		results = append(results, one)
	}
	return results, errors.Join(append(failed, dragged...)...)
}

// daemonFailure is a failed build as package build tells of its own.
func daemonFailure(r daemon.Result) *build.Error {
	e := &build.Error{Status: build.Status(r.Status), Drv: r.Target.Path, Msg: r.Err().Error()}
	if strings.Contains(r.Message, "hash mismatch in fixed-output derivation") {
		e.Status = build.HashMismatch
	}
	e.Next = "The whole log, if the build began: devenv log " + r.Target.Path.Base()
	return e
}

// Obtain satisfies maker.
func (m *daemonMaker) Obtain(ctx context.Context, paths ...storepath.Path) error {
	for _, p := range paths {
		err := m.client.Ensure(ctx, p)
		if err == nil {
			_, err = m.client.Hold(ctx, p)
		}
		if errors.Is(err, narinfo.ErrInvalid) {
			return withHint(err, "neither the daemon nor its substituters have it")
		}
		if err != nil {
			return err
		}
	}
	return nil
}
