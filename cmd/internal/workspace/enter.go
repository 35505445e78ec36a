package workspace

import (
	"context"
	"errors"
	"fmt"

	"devenv/env"
)

// Enter brings every layer of dir up to date and returns them, outermost
// first. A layer that is unchanged costs a state file and its stats. The
// nearest project has to succeed; one above it that fails is left out, and said
// so.
func (w *Workspace) Enter(ctx context.Context, dir string) ([]env.Layer, error) {
	dirs, err := w.layers(dir)
	if err != nil {
		return nil, err
	}
	var layers []env.Layer
	for i, d := range dirs {
		mode := explicit
		if i < len(dirs)-1 {
			mode = around
		}
		layer, err := w.bring(ctx, d, dirs[:i], mode)
		switch {
		case err == nil:
			if layer.Key != "" {
				layers = append(layers, layer)
			}
		case i == len(dirs)-1 || ctx.Err() != nil:
			return nil, err
		default:
			w.o.Notice("%s is left out: %v", d, err)
		}
	}
	return layers, nil
}

// how says who asks.
type how int

const (
	// explicit: a person typed a command and waits; locks are written into the
	// project, errors are returned.
	explicit how = iota
	// background: a hook asks; nothing is written into the project, and what
	// fails is published for shells to say.
	background
	// around is explicit for a layer above the project that was asked for: what
	// went wrong there is not tried again before something has changed.
	around
	// forced is explicit, whether something has changed or not.
	forced
	// mending is forced, and the trees in the store are looked through.
	mending
)

// bring brings one layer up to date. A directory that declares nothing that
// concerns us has a layer with an empty key.
func (w *Workspace) bring(ctx context.Context, dir string, outer []string, mode how) (env.Layer, error) {
	root, err := w.layout.Root(dir)
	if err != nil {
		return env.Layer{}, err
	}
	if state, err := root.ReadState(); err == nil && mode < forced {
		if layer, ok := w.current(&state, mode); ok {
			w.tree().Touch(state.Key) //nolint:errcheck // only how old it looks to gc
			return layer, nil
		}
	}
	builder, err := w.tree().Lock(ctx, dir)
	if err != nil {
		return env.Layer{}, err
	}
	defer builder.Close()
	state, err := root.ReadState()
	if err == nil && mode < forced {
		if layer, ok := w.current(&state, mode); ok { // somebody else was faster
			return layer, nil
		}
	}
	var why []env.Reason
	if err == nil {
		why = env.Decide(&state, w.engine(), w.lookup).Why
	}
	if mode == mending {
		if err := w.discardDamaged(ctx, state.Key); err != nil {
			return env.Layer{}, err
		}
	}
	return w.build(ctx, builder, dir, outer, why, mode)
}

// current gives the layer of a state that still holds. Only what went well
// holds for a person who asks: a failure is tried again.
func (w *Workspace) current(state *env.State, mode how) (env.Layer, bool) {
	switch {
	case mode != around && state.Status != env.OK && state.Status != env.Nothing:
		return env.Layer{}, false
	case env.Decide(state, w.engine(), w.lookup).Action == env.Rebuild:
		return env.Layer{}, false
	case state.Key == "":
		return env.Layer{}, true
	}
	layer, err := w.layout.ReadLayer(state.Key)
	return layer, err == nil && w.whole(layer)
}

// lookup reads a variable for package env.
func (w *Workspace) lookup(name string) (string, bool) {
	value := w.o.Getenv(name)
	return value, value != ""
}

// Event brings the named directories up to date for the hooks: without a
// terminal, quickly done when nothing has really changed, and never twice at
// once. What goes wrong is published, for the next prompt to say.
func (w *Workspace) Event(ctx context.Context, dirs []string) error {
	var all []error
	for _, dir := range dirs {
		if err := w.event(ctx, dir); err != nil && !errors.Is(err, env.ErrBusy) {
			all = append(all, fmt.Errorf("%s: %w", dir, err))
		}
	}
	return errors.Join(all...)
}

func (w *Workspace) event(ctx context.Context, dir string) error {
	if err := env.CheckDir(dir); err != nil {
		return err
	}
	builder, err := w.tree().TryLock(dir)
	if err != nil {
		return err
	}
	defer builder.Close()
	w.files = nil // each project is looked at anew
	layers, err := w.layers(dir)
	if err != nil {
		return err
	}
	if len(layers) == 0 || layers[len(layers)-1] != dir {
		return builder.Remove()
	}
	state, err := builder.Root().ReadState()
	var why []env.Reason
	if err == nil {
		decision := env.Decide(&state, w.engine(), w.lookup)
		kept := state.Key == "" || w.keeps(state.Key)
		switch {
		case kept && decision.Action == env.Unchanged:
			_, err := builder.Settle(ctx)
			return err
		case kept && decision.Action == env.Refresh:
			_, err := builder.Refresh(ctx)
			return err
		}
		why = decision.Why
	}
	_, err = w.build(ctx, builder, dir, layers[:len(layers)-1], why, background)
	return err
}

// keeps says whether an environment and all the store paths it needs are there.
func (w *Workspace) keeps(key string) bool {
	layer, err := w.layout.ReadLayer(key)
	return err == nil && w.whole(layer)
}

// discardDamaged takes away the trees of an environment that somebody has
// changed, so that they are made anew.
func (w *Workspace) discardDamaged(ctx context.Context, key string) error {
	layer, err := w.layout.ReadLayer(key)
	if err != nil {
		return nil //nolint:nilerr // nothing is known of it, so nothing is to be checked
	}
	s, err := w.store(ctx)
	if err != nil {
		return err
	}
	for _, root := range layer.Roots {
		p, err := s.Dir().Parse(root)
		if err != nil {
			continue
		}
		damaged, err := s.Discard(ctx, p)
		if err != nil {
			return err
		}
		if damaged {
			w.o.Notice("%s was changed; getting it again", p.Name())
		}
	}
	return nil
}
