package build

import (
	"context"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"

	"devenv/store/storepath"
)

// Target is what [Builder.Build] is asked for: outputs of a derivation, all of
// them if none are named.
type Target struct {
	Drv     storepath.Path
	Outputs []string
}

// Build makes targets valid: what is not valid, and nobody has, is built, with
// all that it needs. The results are those of the targets, in their order. The
// error joins those of all derivations that failed; without KeepGoing the first
// one ends all others.
//
// What was made is kept from garbage collection until the store is closed.
func (b *Builder) Build(ctx context.Context, targets ...Target) ([]Result, error) {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := &run{Builder: b, goals: map[storepath.Path]*goal{}, cancel: cancel, rebuild: map[storepath.Path]bool{}, unregistered: map[storepath.Path]error{}}
	if b.Rebuild {
		for _, t := range targets {
			r.rebuild[t.Drv] = true
		}
	}
	results := make([]Result, len(targets))
	var wait sync.WaitGroup
	for i, t := range targets {
		wait.Go(func() { results[i] = *r.need(ctx, t.Drv, t.Outputs) })
	}
	wait.Wait()
	r.preparing.Wait()
	b.dismiss()
	r.registering.Wait()
	b.tidying.Wait()
	for i := range results {
		if err := r.unregistered[results[i].Drv]; err != nil {
			results[i].Status, results[i].Err = MiscFailure, err
		}
	}
	return results, r.failures(ctx)
}

// run is one call of Build.
type run struct {
	*Builder
	cancel       context.CancelCauseFunc
	rebuild      map[storepath.Path]bool
	registering  sync.WaitGroup
	preparing    sync.WaitGroup
	waiting      atomic.Int32 // derivations whose inputs are being made
	mu           sync.Mutex   // guards what follows
	goals        map[storepath.Path]*goal
	failed       []error
	unregistered map[storepath.Path]error // what was built but could not be made valid
}

// goal is a derivation that somebody needs.
type goal struct {
	mu     sync.Mutex // held while it is made
	result *Result    // nil before
}

// need makes outputs of the derivation at drv valid, all of them if none are
// named. Whoever needs the same derivation waits for one to do it.
func (r *run) need(ctx context.Context, drv storepath.Path, outputs []string) *Result {
	r.mu.Lock()
	g := r.goals[drv]
	if g == nil {
		g = new(goal)
		r.goals[drv] = g
	}
	r.mu.Unlock()
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.result != nil && (g.result.Err != nil || g.result.has(outputs)) {
		return g.result
	}
	result := r.realise(ctx, drv, outputs)
	if result.Err != nil {
		r.note(result)
	}
	if r.Ended != nil {
		r.Ended(*result)
	}
	g.result = result
	return result
}

// has reports whether outputs are among those of the result.
func (r *Result) has(outputs []string) bool {
	for _, name := range outputs {
		if _, ok := r.Outputs[name]; !ok {
			return false
		}
	}
	return len(outputs) > 0 || r.complete || r.Status == Built
}

// note remembers a failure and, without KeepGoing, ends all else.
func (r *run) note(result *Result) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.failed = append(r.failed, result.Err)
	if !r.KeepGoing {
		r.cancel(errStopped)
	}
}

// lost remembers that what a derivation made could not be made valid.
func (r *run) lost(drv storepath.Path, err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.unregistered[drv] = err
	r.failed = append(r.failed, fmt.Errorf("registering what %s made: %w", drv.Base(), err))
	r.cancel(errStopped)
}

// errStopped ends builds after another one failed.
var errStopped = errors.New("another build failed")

// failures returns what failed, without what is only a consequence of that.
func (r *run) failures(ctx context.Context) error {
	cause := context.Cause(ctx)
	if len(r.failed) == 0 {
		return nil
	}
	var own, rest []error
	for _, err := range r.failed {
		e, ok := errors.AsType[*Error](err)
		switch {
		case errors.Is(err, errStopped):
		case ok && e.Status == DependencyFailed:
			rest = append(rest, err)
		case cause != nil && !errors.Is(cause, errStopped) && errors.Is(err, cause):
			return cause
		default:
			own = append(own, err)
		}
	}
	return errors.Join(append(own, rest...)...)
}
