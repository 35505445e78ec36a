package build

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"devenv/store/derivation"
	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// product is an output that the builder left.
type product struct {
	*output
	tree string // where it is
	refs []storepath.Path
	mode fs.FileMode // as the builder left it
	info narinfo.Info
}

// collect takes what the builder left in its workplace, makes it canonical and
// learns what it is. The products come in an order in which each refers to those
// before it only.
func (j *job) collect(w *workplace) ([]*product, error) {
	var list []*product
	var trees []string
	for _, o := range j.outputs {
		if o.valid && !j.check {
			continue
		}
		p := &product{output: o, tree: j.treeOf(w, o)}
		info, err := os.Lstat(p.tree)
		if errors.Is(err, fs.ErrNotExist) {
			return nil, j.fail(OutputRejected, "the builder made no output %q: there is no %s", o.Name, j.b.Store.Dir().Join(o.scratch))
		}
		if err != nil {
			return nil, err
		}
		p.mode = info.Mode()
		if p.mode.Type() != fs.ModeSymlink && p.mode.Perm()&0o022 != 0 {
			return nil, j.fail(OutputRejected, "output %q is writable for others (mode %04o): they could have changed it", o.Name, p.mode.Perm())
		}
		list, trees = append(list, p), append(trees, p.tree)
	}
	if err := j.b.Store.Canonicalise(j.ctx, trees...); err != nil {
		return nil, &Error{Status: OutputRejected, Drv: j.path, Msg: "its outputs cannot be in a store", Err: err}
	}
	candidates := j.candidates()
	for _, p := range list {
		from := candidates
		if j.attrs.discard[p.Name] {
			from = nil
		}
		var err error
		if p.info.NarHash, p.info.NarSize, p.refs, err = scan(p.tree, from); err != nil {
			return nil, err
		}
	}
	return j.order(list)
}

// treeOf returns where o is after the build: in the workplace.
func (j *job) treeOf(w *workplace, o *output) string {
	if w.confine != nil {
		return w.confine.scratch(j.b.Store.Dir(), o.scratch)
	}
	return filepath.Join(w.dir, o.scratch.Base())
}

// gather moves what an unconfined builder left in the store to the workplace.
func (j *job) gather(w *workplace) error {
	for _, o := range j.outputs {
		if o.valid && !j.check {
			continue
		}
		err := moveTree(j.b.Store.Real(o.scratch), j.treeOf(w, o))
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return nil
}

// candidates are the paths that an output may refer to.
func (j *job) candidates() []storepath.Path {
	paths := j.inputs.sorted()
	for _, o := range j.outputs {
		paths = append(paths, o.scratch)
	}
	return paths
}

// order sorts products by their references among each other.
func (j *job) order(list []*product) (sorted []*product, err error) {
	const (
		unseen = iota
		open
		done
	)
	state := map[*product]int{}
	var visit func(p *product) error
	visit = func(p *product) error {
		if state[p] != unseen {
			if state[p] == open {
				return j.fail(OutputRejected, "its outputs refer to each other in a circle, through %q", p.Name)
			}
			return nil
		}
		state[p] = open
		for _, other := range list {
			if other != p && slices.Contains(p.refs, other.scratch) {
				if err := visit(other); err != nil {
					return err
				}
			}
		}
		state[p] = done
		sorted = append(sorted, p)
		return nil
	}
	for _, p := range list {
		if err := visit(p); err != nil {
			return nil, err
		}
	}
	return sorted, nil
}

// settle gives each product its final path and content.
func (j *job) settle(w *workplace, list []*product) error {
	final := map[string]string{} // digests of scratch paths that are not final
	for _, o := range j.outputs {
		if !o.known.IsZero() && o.scratch != o.known {
			final[o.scratch.Digest()] = o.known.Digest()
		}
	}
	for _, p := range list {
		var err error
		if j.kind == derivation.InputAddressed {
			err = j.settleKnown(w, p, final)
		} else {
			err = j.settleByContent(w, p, final)
		}
		if err != nil {
			return err
		}
		p.info.Deriver, p.info.Ultimate = j.path, true
		if p.scratch != p.info.Path {
			final[p.scratch.Digest()] = p.info.Path.Digest()
		}
	}
	return nil
}

// settleKnown is settle for an output whose path was known.
func (j *job) settleKnown(w *workplace, p *product, final map[string]string) error {
	if len(final) > 0 {
		if err := j.rewrite(w, p, final); err != nil {
			return err
		}
	}
	p.info.Path = p.known
	p.info.References = renamed(p.refs, final)
	return nil
}

// rewrite replaces digests in a product and looks at it again.
func (j *job) rewrite(w *workplace, p *product, final map[string]string) (err error) {
	if err := rewriteTree(p.tree, w.dir, final); err != nil {
		return err
	}
	if err := j.b.Store.Canonicalise(j.ctx, p.tree); err != nil {
		return err
	}
	p.info.NarHash, p.info.NarSize, _, err = scan(p.tree, nil)
	return err
}

// renamed returns references with the digests in final replaced, sorted.
func renamed(refs []storepath.Path, final map[string]string) []storepath.Path {
	var list []storepath.Path
	for _, ref := range refs {
		if digest, ok := final[ref.Digest()]; ok {
			if p, err := storepath.ParseBase(digest + "-" + ref.Name()); err == nil {
				ref = p
			}
		}
		list = append(list, ref)
	}
	slices.SortFunc(list, storepath.Compare)
	return slices.Compact(list)
}

// adopt moves products into the store. They are valid once wait has returned nil.
func (j *job) adopt(list []*product) (wait func() error, err error) {
	var infos []narinfo.Info
	var trees []string
	for _, p := range list {
		if _, err := j.b.Store.Lookup(j.ctx, p.info.Path); err == nil {
			continue // another derivation made the same
		}
		infos, trees = append(infos, p.info), append(trees, p.tree)
	}
	if len(infos) == 0 {
		return func() error { return nil }, nil
	}
	return j.b.Store.Adopt(j.ctx, infos, trees)
}

// keep moves the directory of a failed build to where nobody deletes it, and
// returns where that is.
func (j *job) keep(w *workplace) (string, error) {
	top := filepath.Join(j.b.Store.StateDir(), "builds")
	if err := os.MkdirAll(top, 0o755); err != nil {
		return "", err
	}
	for i := 0; ; i++ {
		dir := filepath.Join(top, fmt.Sprintf("nix-build-%s-%d", j.path.Name(), i))
		if exists(dir) {
			continue
		}
		err := os.Rename(w.build, dir)
		if errors.Is(err, fs.ErrExist) {
			continue
		}
		if err != nil {
			return "", err
		}
		return dir, os.Chmod(dir, 0o755)
	}
}
