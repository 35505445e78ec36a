package build

import (
	"context"
	"errors"
	"fmt"

	"devenv/store/derivation"
	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// build builds a derivation whose inputs are valid and paths, and notes what it
// made in result.
func (r *run) build(ctx context.Context, result *Result, d *derivation.Derivation, made []*Result) error {
	attrs, err := readAttributes(r.Store.Dir(), d)
	if err != nil {
		return err
	}
	lacks := r.lacks(result.Drv, d, attrs)
	here := lacks == nil && (r.Jobs > 0 || isBuiltin(d))
	for {
		place, err := r.places.take(ctx, here, func() (Place, error) {
			if here && (attrs.preferLocal || r.rebuild[result.Drv]) {
				return nil, errNoRemote
			}
			return r.reserve(d, attrs.features)
		})
		if err != nil {
			return r.nowhere(ctx, result.Drv, lacks, err)
		}
		if place == nil {
			defer r.places.give(nil)
			return r.buildHere(ctx, result, d)
		}
		for _, input := range made {
			input.wait()
		}
		err = r.elsewhere(ctx, place, result, d)
		r.places.give(place)
		if !errors.Is(err, ErrUnreachable) {
			return err
		}
	}
}

// nowhere says why a derivation is built neither here nor on another machine.
func (r *run) nowhere(ctx context.Context, drv storepath.Path, lacks *Error, err error) error {
	switch {
	case context.Cause(ctx) != nil:
		return context.Cause(ctx)
	case lacks == nil:
		return &Error{Status: InputRejected, Drv: drv, Msg: "this machine may not build", Err: err, Next: "Let it: --max-jobs auto; or name machines that build: --builders 'ssh-ng://HOST'"}
	case !errors.Is(err, errNoRemote):
		lacks.Err = err
	}
	return lacks
}

// buildHere builds on this machine.
func (r *run) buildHere(ctx context.Context, result *Result, d *derivation.Derivation) error {
	j, err := r.newJob(ctx, result.Drv, d)
	if err != nil {
		return err
	}
	j.check = r.rebuild[result.Drv]
	unlock, err := j.lock()
	if err != nil {
		return err
	}
	done, err := j.lookAgain(result)
	if !done && err == nil {
		err = r.execute(j, result, unlock)
		unlock = func() {} // that did it, or will
	}
	unlock()
	return err
}

// execute builds. What was made is registered while others that need it are
// built already, and unlocked then.
func (r *run) execute(j *job, result *Result, unlock func()) error {
	if r.Started != nil {
		r.Started(result.Drv)
	}
	result.Start = r.Now()
	if r.waiting.Load() > 0 && r.Sandbox != Never { // there will be another
		r.preparing.Go(func() { r.prepare(shape{confined: true, loopback: true}) })
	}
	list, wait, err := j.execute(result)
	result.Stop = r.Now()
	if err != nil {
		unlock()
		return err
	}
	result.Status = Built
	for _, p := range list {
		result.Outputs[p.Name] = p.info.Path
		r.known.add(p.info)
	}
	result.registered = make(chan struct{})
	r.registering.Go(func() {
		defer close(result.registered)
		err := wait()
		unlock()
		if err == nil && j.kind == derivation.Floating && !j.check {
			err = r.noteRealised(context.WithoutCancel(j.ctx), j.drv, result.Outputs)
		}
		if err != nil {
			r.lost(result.Drv, err)
		}
	})
	return nil
}

// lock takes the locks of all outputs, so that only this process makes them, and
// keeps them from collection.
func (j *job) lock() (unlock func(), err error) {
	var bases []string
	var paths []storepath.Path
	for _, o := range j.outputs {
		if o.known.IsZero() {
			bases = append(bases, j.path.Base()+"."+o.Name)
			continue
		}
		bases, paths = append(bases, o.known.Base()), append(paths, o.known)
	}
	if err := j.b.Store.HoldNew(j.ctx, paths...); err != nil {
		return nil, err
	}
	return j.b.Store.Lock(j.ctx, bases...)
}

// lookAgain notes which outputs are valid: another process may have made them
// while this one waited for the locks. It reports whether all are.
func (j *job) lookAgain(result *Result) (done bool, err error) {
	done = true
	for _, o := range j.outputs {
		p, err := j.b.outputPath(j.ctx, j.drv, o.Name)
		if err != nil {
			return false, err
		}
		if p.IsZero() {
			done = false
			continue
		}
		_, err = j.b.Store.Lookup(j.ctx, p)
		switch {
		case err == nil:
			o.valid = true
			result.Outputs[o.Name] = p
		case errors.Is(err, narinfo.ErrInvalid):
			done = false
		default:
			return false, err
		}
	}
	if j.check {
		if !done {
			return false, j.fail(MiscFailure, "some outputs are not valid: there is nothing to compare with")
		}
		return false, nil
	}
	if !done && j.kind == derivation.Floating { // they are made together
		for _, o := range j.outputs {
			o.valid = false
		}
		clear(result.Outputs)
	}
	result.Status = AlreadyValid
	return done, nil
}

// execute runs the builder and moves what it left into the store, where it is
// valid once wait has returned nil.
func (j *job) execute(result *Result) (list []*product, wait func() error, err error) {
	confined, err := j.confined()
	if err == nil {
		err = j.chooseScratch(confined)
	}
	if err != nil {
		return nil, nil, err
	}
	if !confined {
		if err := j.clearScratch(); err != nil {
			return nil, nil, err
		}
		defer func() {
			if err != nil {
				j.clearScratch() //nolint:errcheck // what stays is not valid
			}
		}()
	}
	w, err := j.newWorkplace(confined)
	if err != nil {
		return nil, nil, err
	}
	kept := ""
	defer func() {
		if err != nil && j.b.KeepFailed && !isBuiltin(j.drv) {
			kept, _ = j.keep(w) //nolint:errcheck // err says what matters
			if e, ok := errors.AsType[*Error](err); ok {
				e.Kept = kept
			}
		}
		j.b.tidying.Go(func() {
			w.close() //nolint:errcheck // what stays is swept later
		})
	}()
	if err := j.runLogged(w, result); err != nil {
		return nil, nil, err
	}
	if !confined && j.drv.Builder != fetchurl {
		if err := j.gather(w); err != nil {
			return nil, nil, err
		}
	}
	if list, err = j.collect(w); err != nil {
		return nil, nil, err
	}
	if err := j.settle(w, list); err != nil {
		return nil, nil, err
	}
	if err := j.checkOutputs(list); err != nil {
		return nil, nil, err
	}
	if j.check {
		return nil, func() error { return nil }, j.compare(list)
	}
	wait, err = j.adopt(list)
	return list, wait, err
}

// clearScratch removes what is where an unconfined builder leaves its outputs,
// unless it is valid.
func (j *job) clearScratch() error {
	for _, o := range j.outputs {
		if _, err := j.b.Store.Lookup(j.ctx, o.scratch); !errors.Is(err, narinfo.ErrInvalid) {
			continue
		}
		if err := removeTree(j.b.Store.Real(o.scratch)); err != nil {
			return err
		}
	}
	return nil
}

// confined reports whether the build sees only its inputs.
func (j *job) confined() (bool, error) {
	private := j.b.Store.Real(j.path) != j.b.Store.Dir().Join(j.path)
	switch {
	case j.b.Sandbox == Always && j.attrs.noChroot:
		return false, &Error{Status: InputRejected, Drv: j.path, Msg: "it wants to see the whole machine (__noChroot), and sandbox = true forbids that",
			Next: "Allow it for such derivations: --option sandbox relaxed"}
	case private:
		return true, nil // what it needs is at its place in a sandbox only
	case j.b.Sandbox == Never, j.b.Sandbox == Relaxed && (j.attrs.noChroot || j.networked()):
		return false, nil
	}
	return true, nil
}

// runLogged runs the builder and explains how it failed.
func (j *job) runLogged(w *workplace, result *Result) error {
	log, err := j.b.newLog(j.path)
	if err != nil {
		return err
	}
	result.Log = log.file
	if j.drv.Builder == fetchurl {
		err = j.fetch(w, log)
	} else {
		err = j.run(w, log)
	}
	log.close()
	if err == nil {
		return nil
	}
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	if cause := context.Cause(j.ctx); cause != nil {
		return cause
	}
	failure := &Error{Status: PermanentFailure, Drv: j.path, Msg: describeEnd(err), Tail: log.tail, Log: log.file}
	switch err.(type) { //nolint:errorlint // made in this package, never wrapped
	case *tooMuch:
		failure.Status = LogLimitExceeded
	case *tooLong:
		failure.Status = TimedOut
	default:
		if j.networked() {
			failure.Status = TransientFailure
		}
		if nearlyFull(w.dir) {
			failure.Status = TransientFailure
			failure.Msg += fmt.Sprintf("; the disk of %s is full, which may be why", j.b.Store.StateDir())
		}
	}
	return failure
}
