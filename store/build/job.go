package build

import (
	"context"
	"crypto/sha256"
	"fmt"
	"strings"

	"devenv/store/derivation"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// job is one build of a derivation whose inputs are all valid.
type job struct {
	b       *Builder
	ctx     context.Context // of this build alone
	path    storepath.Path  // of the .drv
	drv     *derivation.Derivation
	kind    derivation.Kind
	attrs   *attributes
	inputs  closure // all that the builder may see
	outputs []*output
	check   bool // compare with what is valid and keep that

	rewrites map[string]string // in the environment: placeholders, redirected hashes
}

// output is one thing that a job makes.
type output struct {
	*derivation.Output
	known   storepath.Path // zero if only the build tells
	valid   bool           // it is there already and not made again
	scratch storepath.Path // what the builder calls it
}

// newJob prepares the build of d, the derivation at path, whose input
// derivations are replaced by what they made.
func (b *Builder) newJob(ctx context.Context, path storepath.Path, d *derivation.Derivation) (j *job, err error) {
	j = &job{b: b, ctx: ctx, path: path, drv: d, inputs: closure{}, rewrites: map[string]string{}}
	if j.kind, err = d.Kind(); err != nil {
		return nil, err
	}
	if j.attrs, err = readAttributes(b.Store.Dir(), d); err != nil {
		return nil, err
	}
	if err := b.known.closure(ctx, j.inputs, d.InputSrcs...); err != nil {
		return nil, err
	}
	for i := range d.Outputs {
		o := &output{Output: &d.Outputs[i]}
		if o.known, err = o.KnownPath(b.Store.Dir(), d.Name); err != nil {
			return nil, err
		}
		j.outputs = append(j.outputs, o)
	}
	return j, nil
}

// makes reports whether p is an output of the job.
func (j *job) makes(p storepath.Path) bool {
	for _, o := range j.outputs {
		if o.known == p && !p.IsZero() {
			return true
		}
	}
	return false
}

// chooseScratch decides what the builder calls its outputs. Confined, what is
// known has its own name; where a valid object lies in the way of a build that
// sees the whole store, the builder makes another and its name is replaced
// afterwards.
func (j *job) chooseScratch(confined bool) error {
	dir := j.b.Store.Dir()
	for _, o := range j.outputs {
		var err error
		switch {
		case o.known.IsZero():
			o.scratch, err = fallback(dir, j.path.Base()+":name:"+o.Name, derivation.OutputName(j.drv.Name, o.Name))
		case confined || !o.valid && !j.check:
			o.scratch = o.known
		default:
			o.scratch, err = fallback(dir, j.path.Base()+":"+o.known.Base(), o.known.Name())
			j.rewrites[o.known.Digest()] = o.scratch.Digest()
		}
		if err != nil {
			return err
		}
		j.rewrites[derivation.Placeholder(o.Name)] = dir.Join(o.scratch)
	}
	return nil
}

// fallback returns a path that no object has, for an output that cannot have its
// own yet: the one that Nix takes.
func fallback(dir storepath.Dir, what, name string) (storepath.Path, error) {
	zeros := strings.Repeat("0", 2*sha256.Size)
	sum := sha256.Sum256(fmt.Appendf(nil, "rewrite:%s:sha256:%s:%s:%s", what, zeros, dir, name))
	return storepath.ParseBase(nixhash.EncodeNix32(nixhash.Compress(sum[:], 20)) + "-" + name)
}

// rewritten returns s with the placeholders and redirected hashes in it replaced.
func (j *job) rewriter() *strings.Replacer {
	var pairs []string
	for from, to := range j.rewrites {
		pairs = append(pairs, from, to)
	}
	return strings.NewReplacer(pairs...)
}

// fail returns an error about the job.
func (j *job) fail(status Status, format string, args ...any) *Error {
	return &Error{Status: status, Drv: j.path, Msg: fmt.Sprintf(format, args...)}
}
