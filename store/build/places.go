package build

import (
	"context"
	"errors"
	"sync"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// Remote is other machines that build.
type Remote interface {
	// Reserve returns a place for one build: nil if all machines that can build
	// for system with these features are busy, and an error if there are none.
	Reserve(system string, features []string) (Place, error)
}

// Place is a place for one build on another machine.
type Place interface {
	// Build has d built, the derivation at drv without input derivations, and
	// returns the outputs, which are in the store by then. The error is an
	// *Error if the build failed, and one that is ErrUnreachable if the machine
	// is not to be used again.
	Build(ctx context.Context, drv storepath.Path, d *derivation.Derivation, line func(string)) (map[string]storepath.Path, error)
	Release()
}

// ErrUnreachable says that a machine cannot be used: another place is looked for.
var ErrUnreachable = errors.New("the machine cannot be reached")

// places are where builds can run: so many at a time on this machine, and on
// other machines.
type places struct {
	mu      sync.Mutex // guards what follows
	free    int        // on this machine
	changed chan struct{}
}

func newPlaces(jobs int) *places { return &places{free: jobs, changed: make(chan struct{})} }

// take waits for a place: on this machine if here allows that, whose Place is
// nil, else one that reserve gives.
func (p *places) take(ctx context.Context, here bool, reserve func() (Place, error)) (Place, error) {
	for {
		p.mu.Lock()
		if here && p.free > 0 {
			p.free--
			p.mu.Unlock()
			return nil, nil
		}
		changed := p.changed
		p.mu.Unlock()
		place, err := reserve()
		if place != nil || err != nil && !here {
			return place, err
		}
		select {
		case <-changed:
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		}
	}
}

// give gives back what take returned.
func (p *places) give(place Place) {
	if place != nil {
		place.Release()
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if place == nil {
		p.free++
	}
	close(p.changed)
	p.changed = make(chan struct{})
}

// errNoRemote is why there is no place on other machines.
var errNoRemote = errors.New("no other machine builds")

// reserve asks for a place for d on another machine.
func (b *Builder) reserve(d *derivation.Derivation, features []string) (Place, error) {
	if b.Remote == nil || isBuiltin(d) {
		return nil, errNoRemote
	}
	return b.Remote.Reserve(d.System, features)
}

// elsewhere has d built on another machine.
func (r *run) elsewhere(ctx context.Context, place Place, result *Result, d *derivation.Derivation) error {
	unlock, err := r.Store.Lock(ctx, result.Drv.Base()) // what comes back takes the outputs' own
	if err != nil {
		return err
	}
	defer unlock()
	j, err := r.newJob(ctx, result.Drv, d)
	if err != nil {
		return err
	}
	if done, err := j.lookAgain(result); done || err != nil {
		return err
	}
	if r.Started != nil {
		r.Started(result.Drv)
	}
	result.Start = r.Now()
	line := func(text string) {
		if r.Line != nil {
			r.Line(result.Drv, text)
		}
	}
	outputs, err := place.Build(ctx, result.Drv, d, line)
	result.Stop = r.Now()
	if err != nil {
		return err
	}
	result.Status = Built
	for name, p := range outputs {
		if err := r.Store.HoldNew(ctx, p); err != nil {
			return err
		}
		if _, err := r.known.lookup(ctx, p); err != nil {
			return err
		}
		result.Outputs[name] = p
	}
	if j.kind == derivation.Floating {
		return r.noteRealised(ctx, d, result.Outputs)
	}
	return nil
}
