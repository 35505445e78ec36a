package build

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"sync/atomic"

	"devenv/store/derivation"
	"devenv/store/narinfo"
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
	return len(outputs) > 0 || r.Status == Built
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

// realise makes outputs of a derivation valid.
func (r *run) realise(ctx context.Context, drv storepath.Path, outputs []string) *Result {
	result := &Result{Drv: drv, Outputs: map[string]storepath.Path{}}
	if err := r.make(ctx, result, outputs); err != nil {
		result.Err = err
		result.Status = MiscFailure
		if e, ok := errors.AsType[*Error](err); ok {
			result.Status = e.Status
		}
	}
	return result
}

// make is the story of one derivation.
func (r *run) make(ctx context.Context, result *Result, outputs []string) error {
	if err := r.Store.HoldNew(ctx, result.Drv); err != nil {
		return err
	}
	d, err := r.derivation(ctx, result.Drv)
	if err != nil {
		return err
	}
	if outputs, err = named(result.Drv, d, outputs); err != nil {
		return err
	}
	if !r.rebuild[result.Drv] {
		done, err := r.obtain(ctx, result, d, outputs)
		if done || err != nil {
			return err
		}
	}
	if err := r.accept(result.Drv, d); err != nil {
		return err
	}
	made, err := r.needInputs(ctx, result.Drv, d)
	if err != nil {
		return err
	}
	if mustResolve(d) {
		return r.buildResolved(ctx, result, d, made)
	}
	return r.build(ctx, result, withInputs(d, made), made)
}

// derivation reads the derivation at drv, which is substituted if it is not
// valid.
func (r *run) derivation(ctx context.Context, drv storepath.Path) (*derivation.Derivation, error) {
	if err := r.obtainPaths(ctx, drv); err != nil {
		return nil, err
	}
	return r.drvs.read(drv)
}

// named returns the names of the outputs that are wanted.
func named(drv storepath.Path, d *derivation.Derivation, outputs []string) ([]string, error) {
	if len(outputs) > 0 {
		for _, name := range outputs {
			if d.Output(name) == nil {
				return nil, &Error{Status: MiscFailure, Drv: drv, Msg: fmt.Sprintf("it has no output %q, only %s", name, outputNames(d))}
			}
		}
		return outputs, nil
	}
	for i := range d.Outputs {
		outputs = append(outputs, d.Outputs[i].Name)
	}
	return outputs, nil
}

func outputNames(d *derivation.Derivation) string {
	var names []string
	for i := range d.Outputs {
		names = append(names, d.Outputs[i].Name)
	}
	return strings.Join(names, ", ")
}

// lacks says what this machine lacks to build d, nil if nothing.
func (b *Builder) lacks(drv storepath.Path, d *derivation.Derivation, attrs *attributes) *Error {
	refuse := func(next, format string, args ...any) *Error {
		return &Error{Status: InputRejected, Drv: drv, Msg: fmt.Sprintf(format, args...), Next: next}
	}
	if d.System != b.System && !isBuiltin(d) && !slices.Contains(b.ExtraPlatforms, d.System) {
		return refuse("Have it built on such a machine, or take it from a cache that has it.", "it is for %s, and this machine is %s", d.System, b.System)
	}
	for _, feature := range attrs.features {
		if !slices.Contains(b.Features, feature) && feature != "ca-derivations" {
			return refuse("If this machine has it, say so in nix.conf: system-features = "+feature+" …", "it needs the system feature %q, and this machine has %s", feature, b.Features)
		}
	}
	return nil
}

// accept refuses a derivation before anything is done for it: one that cannot be
// built, or not without another machine when there is none.
func (b *Builder) accept(drv storepath.Path, d *derivation.Derivation) error {
	attrs, err := readAttributes(b.Store.Dir(), d)
	if err != nil {
		return &Error{Status: InputRejected, Drv: drv, Msg: "its attributes", Err: err}
	}
	if lacks := b.lacks(drv, d, attrs); lacks != nil && b.Remote == nil {
		return lacks
	}
	kind, err := d.Kind()
	if err != nil {
		return &Error{Status: InputRejected, Drv: drv, Msg: "its outputs", Err: err}
	}
	if kind == derivation.Impure && !b.Impure {
		return &Error{Status: InputRejected, Drv: drv, Msg: "it is impure: it may give something else each time", Next: "Allow it: --option experimental-features impure-derivations"}
	}
	return nil
}

// needInputs makes what d needs valid. It returns what its input derivations
// made.
func (r *run) needInputs(ctx context.Context, drv storepath.Path, d *derivation.Derivation) ([]*Result, error) {
	r.waiting.Add(1)
	defer r.waiting.Add(-1)
	made := make([]*Result, len(d.InputDrvs))
	var wait sync.WaitGroup
	for i, in := range d.InputDrvs {
		if len(in.Dynamic) > 0 {
			return nil, &Error{Status: InputRejected, Drv: drv, Msg: "it needs outputs of derivations that other builds make, which are not supported"}
		}
		wait.Go(func() { made[i] = r.need(ctx, in.Path, in.Outputs) })
	}
	err := r.obtainPaths(ctx, d.InputSrcs...)
	wait.Wait()
	failed := 0
	for _, result := range made {
		if result.Err != nil {
			failed++
		}
	}
	if failed > 0 {
		if cause := context.Cause(ctx); cause != nil {
			return nil, cause
		}
		return nil, &Error{Status: DependencyFailed, Drv: drv, Msg: fmt.Sprintf("%d of what it needs failed", failed)}
	}
	return made, err
}

// obtain makes outputs valid without building, if they are known and valid or a
// substituter has them. It notes those that are valid in result.
func (r *run) obtain(ctx context.Context, result *Result, d *derivation.Derivation, outputs []string) (done bool, err error) {
	done = true
	result.Status = AlreadyValid
	for _, name := range outputs {
		p, err := r.outputPath(ctx, d, name)
		if err != nil {
			return false, err
		}
		if p.IsZero() {
			done = false
			continue
		}
		if err := r.Store.HoldNew(ctx, p); err != nil {
			return false, err
		}
		_, err = r.known.lookup(ctx, p)
		if errors.Is(err, narinfo.ErrInvalid) && !r.forbidsSubstitutes(d) {
			if err = r.substitute(ctx, p); err == nil {
				result.Status = Substituted
			} else if r.Fallback && context.Cause(ctx) == nil {
				err = narinfo.ErrInvalid
			}
		}
		switch {
		case errors.Is(err, narinfo.ErrInvalid):
			done = false
		case err != nil:
			return false, err
		default:
			result.Outputs[name] = p
		}
	}
	return done, nil
}

// forbidsSubstitutes reports whether d is quicker built than copied.
func (b *Builder) forbidsSubstitutes(d *derivation.Derivation) bool {
	attrs, err := readAttributes(b.Store.Dir(), d)
	return err == nil && attrs.noSubstitute
}

// Obtain makes paths valid that are not to be built: they are, or the substituter
// has them. They are kept from garbage collection until the store is closed.
func (b *Builder) Obtain(ctx context.Context, paths ...storepath.Path) error {
	if err := b.Store.HoldNew(ctx, paths...); err != nil {
		return err
	}
	return b.obtainPaths(ctx, paths...)
}

// obtainPaths makes paths valid that are no outputs: they are, or somebody has
// them.
func (b *Builder) obtainPaths(ctx context.Context, paths ...storepath.Path) error {
	for _, p := range paths {
		_, err := b.known.lookup(ctx, p)
		if errors.Is(err, narinfo.ErrInvalid) {
			err = b.substitute(ctx, p)
		}
		if errors.Is(err, narinfo.ErrInvalid) {
			return fmt.Errorf("%s is needed, but neither in the store nor anywhere else: %w", b.Store.Dir().Join(p), err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
