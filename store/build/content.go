package build

import (
	"fmt"
	"slices"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// settleByContent is settle for an output whose path its content makes. What it
// refers to under scratch names is renamed first; references to itself are left
// out of the hash and renamed last.
func (j *job) settleByContent(w *workplace, p *product, final map[string]string) error {
	if flat := p.Method == storepath.Flat || p.Method == storepath.Text; flat && (!p.mode.IsRegular() || p.mode&0o100 != 0) {
		return j.fail(OutputRejected, "output %q is hashed as a file (outputHashMode is %s), so it must be a regular file that is not executable", p.Name, p.Method)
	}
	if len(final) > 0 {
		if err := j.rewrite(w, p, final); err != nil {
			return err
		}
	}
	self := slices.Contains(p.refs, p.scratch)
	modulo := storepath.Path{}
	if self {
		modulo = p.scratch
	}
	hash, err := j.b.Store.HashContent(j.ctx, p.tree, p.Method, p.Algo, modulo)
	if err != nil {
		return err
	}
	p.info.CA = storepath.ContentAddress{Method: p.Method, Hash: hash}
	if p.Kind == derivation.Fixed && hash != p.Hash {
		return j.keepMismatch(p)
	}
	others := renamed(slices.DeleteFunc(slices.Clone(p.refs), func(r storepath.Path) bool { return r == p.scratch }), final)
	if p.Kind == derivation.Fixed && len(p.refs) > 0 {
		return j.fail(OutputRejected, "what it makes is known by its hash, so it must not refer to store paths, but it refers to %s", p.refs[0].Base())
	}
	p.info.Path, err = j.b.Store.Dir().ContentAddressed(derivation.OutputName(j.drv.Name, p.Name), p.info.CA, others, self)
	if err != nil {
		return &Error{Status: OutputRejected, Drv: j.path, Msg: fmt.Sprintf("output %q", p.Name), Err: err}
	}
	p.info.References = others
	if self {
		if err := j.rewrite(w, p, map[string]string{p.scratch.Digest(): p.info.Path.Digest()}); err != nil {
			return err
		}
		p.info.References = append(p.info.References, p.info.Path)
		slices.SortFunc(p.info.References, storepath.Compare)
	}
	return nil
}

// keepMismatch says that a fixed output is another one than was wanted. The
// object is kept under the path that it has by its content: once the derivation
// says the right hash, nothing is fetched again.
func (j *job) keepMismatch(p *product) error {
	mismatch := &Error{
		Status: HashMismatch, Drv: j.path,
		Msg:  fmt.Sprintf("hash mismatch in a fixed-output derivation:\n  specified: %s\n     got:    %s", p.Hash.SRI(), p.info.CA.Hash.SRI()),
		Next: "If you meant to change what is fetched, put the hash that was got into the derivation. If you did not, what is fetched has changed: find out why.",
	}
	path, err := j.b.Store.Dir().FixedOutput(derivation.OutputName(j.drv.Name, p.Name), p.Method, p.info.CA.Hash)
	if err != nil || len(p.refs) > 0 || j.check {
		return mismatch
	}
	p.info.Path, p.info.Ultimate = path, true
	unlock, err := j.b.Store.Lock(j.ctx, path.Base())
	if err != nil {
		return mismatch
	}
	defer unlock()
	wait, err := j.adopt([]*product{p})
	if err == nil {
		err = wait()
	}
	mismatch.Err = err
	return mismatch
}
