package build

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

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
	result.complete = len(outputs) == len(d.Outputs)
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
