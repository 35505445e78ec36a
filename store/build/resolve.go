package build

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"devenv/store/derivation"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// What a derivation is may depend on what its inputs became: on the content of
// floating ones. Such a derivation is resolved first, to one that has paths in
// place of its input derivations, and that one is built. Two derivations whose
// inputs became the same are resolved to the same, which is built once.

// mustResolve reports whether d is built as another derivation.
func mustResolve(d *derivation.Derivation) bool {
	kind := d.Outputs[0].Kind
	return len(d.InputDrvs) > 0 && (kind == derivation.Deferred || kind == derivation.Floating || kind == derivation.Impure)
}

// withInputs returns d with the paths of what its input derivations made among
// its sources.
func withInputs(d *derivation.Derivation, made []*Result) *derivation.Derivation {
	ready := *d
	ready.InputDrvs = nil
	ready.InputSrcs = slices.Clone(d.InputSrcs)
	for i, in := range d.InputDrvs {
		for _, name := range in.Outputs {
			ready.InputSrcs = append(ready.InputSrcs, made[i].Outputs[name])
		}
	}
	slices.SortFunc(ready.InputSrcs, storepath.Compare)
	ready.InputSrcs = slices.Compact(ready.InputSrcs)
	return &ready
}

// resolve writes the derivation that d is with what its inputs made, and returns
// its path.
func (r *run) resolve(ctx context.Context, d *derivation.Derivation, made []*Result) (storepath.Path, error) {
	dir := r.Store.Dir()
	var pairs []string
	for i, in := range d.InputDrvs {
		for _, name := range in.Outputs {
			pairs = append(pairs, derivation.UpstreamOutput(in.Path, name).String(), dir.Join(made[i].Outputs[name]))
		}
	}
	replace := strings.NewReplacer(pairs...)
	resolved := withInputs(d, made)
	resolved.Builder = replace.Replace(d.Builder)
	resolved.Args = slices.Clone(d.Args)
	for i := range resolved.Args {
		resolved.Args[i] = replace.Replace(d.Args[i])
	}
	resolved.Env = nil
	for _, v := range d.Env {
		resolved.Env = append(resolved.Env, derivation.Var{Name: replace.Replace(v.Name), Value: replace.Replace(v.Value)})
	}
	resolved.Outputs = slices.Clone(d.Outputs)
	resolved.Sort()
	if d.Outputs[0].Kind == derivation.Deferred {
		if _, err := derivation.NewHasher(dir, nil).Instantiate(resolved); err != nil {
			return storepath.Path{}, err
		}
	}
	text, err := resolved.AppendATerm(nil, dir)
	if err != nil {
		return storepath.Path{}, err
	}
	info, err := r.Store.AddText(ctx, d.Name+derivation.Extension, text, resolved.References())
	if err != nil {
		return storepath.Path{}, err
	}
	r.known.add(info)
	return info.Path, nil
}

// buildResolved builds the derivation that d is resolved to, and notes what it
// made as made by d.
func (r *run) buildResolved(ctx context.Context, result *Result, d *derivation.Derivation, made []*Result) error {
	for _, input := range made {
		input.wait()
	}
	p, err := r.resolve(ctx, d, made)
	if err != nil {
		return err
	}
	if r.rebuild[result.Drv] {
		r.mu.Lock()
		r.rebuild[p] = true
		r.mu.Unlock()
	}
	other := r.need(ctx, p, nil)
	if other.Err != nil {
		return &Error{Status: other.Status, Drv: result.Drv, Msg: fmt.Sprintf("it is built as %s", p.Base()), Err: other.Err}
	}
	result.Status, result.Log, result.Start, result.Stop = other.Status, other.Log, other.Start, other.Stop
	if result.Status == AlreadyValid {
		result.Status = ResolvesToAlreadyValid
	}
	result.Outputs = other.Outputs
	other.wait()
	if d.Outputs[0].Kind == derivation.Impure {
		return nil
	}
	return r.noteRealised(ctx, d, result.Outputs)
}

// wait waits until the outputs are valid, or cannot be.
func (r *Result) wait() {
	if r.registered != nil {
		<-r.registered
	}
}

// noteRealised remembers what outputs of d became.
func (b *Builder) noteRealised(ctx context.Context, d *derivation.Derivation, outputs map[string]storepath.Path) error {
	hash, err := b.realised.hash(d)
	if err != nil {
		return err
	}
	for name, p := range outputs {
		if err := b.Store.NoteOutput(ctx, hash, name, p); err != nil {
			return err
		}
	}
	return nil
}

// outputPath returns the path of an output of d, zero if it is not known.
func (b *Builder) outputPath(ctx context.Context, d *derivation.Derivation, name string) (storepath.Path, error) {
	o := d.Output(name)
	if o.Kind == derivation.InputAddressed || o.Kind == derivation.Fixed {
		return o.KnownPath(b.Store.Dir(), d.Name)
	}
	if o.Kind == derivation.Impure {
		return storepath.Path{}, nil
	}
	hash, err := b.realised.hash(d)
	if err != nil {
		return storepath.Path{}, err
	}
	p, err := b.Store.OutputOf(ctx, hash, name)
	if errors.Is(err, narinfo.ErrInvalid) {
		return storepath.Path{}, nil
	}
	return p, err
}

// realisations computes the hashes that name outputs.
type realisations struct {
	mu   sync.Mutex
	list *derivation.Realisations
}

func (r *realisations) hash(d *derivation.Derivation) (nixhash.Hash, error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	return r.list.Hash(d)
}
