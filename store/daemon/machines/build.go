package machines

import (
	"context"
	"fmt"
	"io"
	"slices"

	"devenv/store/daemon"
	"devenv/store/derivation"
	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// Local is the store that has the inputs and gets the outputs.
type Local interface {
	Nar(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error
	Import(ctx context.Context, info narinfo.Info, nar io.Reader) error
	Closure(ctx context.Context, ps ...storepath.Path) ([]narinfo.Info, error)
	Missing(ctx context.Context, ps []storepath.Path) ([]storepath.Path, error)
}

// Job is a derivation to build.
type Job struct {
	Path       storepath.Path
	Derivation *derivation.Derivation
	Inputs     []storepath.Path // its sources, and all outputs that it needs of others
	Substitute bool             // let the machine fetch inputs from its substituters
	Events     func(daemon.Event)
}

// Build has the machine build job: it copies what is missing there of the inputs'
// closures, waits for the build, and copies the outputs back. That the build
// failed is no error, but what the result says. Outputs are trusted as the
// machine is: they come without signatures.
func (s *Slot) Build(ctx context.Context, local Local, job Job) (daemon.Result, error) {
	client, err := s.connect(ctx)
	if err != nil {
		return daemon.Result{}, err
	}
	if job.Events != nil {
		client = client.WithEvents(job.Events)
	}
	result, err := s.build(ctx, client, local, job)
	if err == nil && result.Status.OK() {
		err = fetch(ctx, client, local, result)
	}
	if err != nil {
		return daemon.Result{}, fmt.Errorf("building %s on %s: %w", job.Path.Base(), s.machine.URL, err)
	}
	return result, nil
}

// build copies the inputs and builds. A machine that does not trust us builds
// what is not addressed by its content only if it has the whole derivation.
func (s *Slot) build(ctx context.Context, client *daemon.Client, local Local, job Job) (daemon.Result, error) {
	kind, err := job.Derivation.Kind()
	if err != nil {
		return daemon.Result{}, err
	}
	whole := client.Server().Trust == daemon.NotTrusted && kind != derivation.Fixed && kind != derivation.Floating
	inputs := job.Inputs
	if whole {
		inputs = append(slices.Clone(inputs), job.Path)
	}
	if err := s.send(ctx, client, local, inputs, job.Substitute); err != nil {
		return daemon.Result{}, err
	}
	if !whole {
		return client.BuildDerivation(ctx, job.Path, job.Derivation, job.Inputs, daemon.Normal)
	}
	results, err := client.Build(ctx, []daemon.Target{daemon.OutputsOf(job.Path)}, daemon.Normal)
	if err != nil {
		return daemon.Result{}, err
	}
	return results[0], nil
}

// send copies the closures of ps to the machine.
func (s *Slot) send(ctx context.Context, client *daemon.Client, local Local, ps []storepath.Path, substitute bool) error {
	if len(ps) == 0 {
		return nil
	}
	closure, err := local.Closure(ctx, ps...)
	if err != nil {
		return err
	}
	s.machine.upload.Lock()
	defer s.machine.upload.Unlock()
	if substitute {
		all := make([]storepath.Path, len(closure))
		for i, info := range closure {
			all[i] = info.Path
		}
		if _, err := client.ValidPaths(ctx, all, true); err != nil {
			return err
		}
	}
	return client.ImportAll(ctx, closure, local.Nar)
}

// fetch copies the outputs of a build to the local store, with what they refer
// to.
func fetch(ctx context.Context, client *daemon.Client, local Local, result daemon.Result) error {
	var outputs []storepath.Path
	for _, output := range result.Outputs {
		outputs = append(outputs, output.Path)
	}
	closure, err := client.Closure(ctx, outputs...)
	if err != nil {
		return err
	}
	paths := make([]storepath.Path, len(closure))
	for i, info := range closure {
		paths[i] = info.Path
	}
	missing, err := local.Missing(ctx, paths)
	if err != nil {
		return err
	}
	for _, info := range closure {
		if !slices.Contains(missing, info.Path) {
			continue
		}
		info.Ultimate = false
		err := client.Nar(ctx, info.Path, func(nar io.Reader) error { return local.Import(ctx, info, nar) })
		if err != nil {
			return err
		}
	}
	return nil
}
