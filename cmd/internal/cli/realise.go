package cli

import (
	"context"
	"runtime/debug"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
	"devenv/store"
	"devenv/store/build"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

// realiser builds what an evaluation needs to go on: import from derivation.
type realiser struct {
	store   *anyStore
	builder maker
}

// buildsInto has an evaluation build into a store what it needs to go on.
func (r *realiser) buildsInto(o *host.Options) {
	o.Store, o.StoreDir, o.Realiser = written{r.store}, r.store.Dir(), r
	disk, ok := r.store.both.(*store.Store)
	if !ok {
		return
	}
	if place := disk.Describe(); place.Trees != string(place.Dir) {
		o.Mounts = append(o.Mounts, host.Mount{At: string(place.Dir), Dir: place.Trees, Immutable: true})
	}
}

// Realise satisfies host.Realiser.
func (r *realiser) Realise(ctx context.Context, elems []eval.ContextElem) (done host.Realised, err error) {
	defer debug.SetGCPercent(debug.SetGCPercent(100)) // builds are long
	dir := r.store.Dir()
	var targets []build.Target
	for _, e := range elems {
		p, _, err := dir.ParseInside(e.Path)
		if err != nil {
			return done, err
		}
		if e.Kind == eval.BuiltOutput {
			targets = append(targets, build.Target{Drv: p, Outputs: []string{e.Output}})
			continue
		}
		if err := r.builder.Obtain(ctx, p); err != nil {
			return done, err
		}
		done.Paths = append(done.Paths, p)
	}
	results, err := r.builder.Build(ctx, targets...)
	if err != nil {
		return done, err
	}
	done.Rewrites = map[string]string{}
	for i, t := range targets {
		p := results[i].Outputs[t.Outputs[0]]
		done.Paths = append(done.Paths, p)
		done.Rewrites[derivation.UpstreamOutput(t.Drv, t.Outputs[0]).String()] = dir.Join(p)
	}
	return done, nil
}

// References satisfies host.Realiser.
func (r *realiser) References(ctx context.Context, p storepath.Path) ([]storepath.Path, error) {
	info, err := r.store.Lookup(ctx, p)
	return info.References, err
}
