package derivation

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Hasher computes the paths of derivations. It keeps its buffers from one to
// the next, so that a program needs one, and it is not safe for concurrent use.
type Hasher struct {
	dir    storepath.Dir
	inputs Inputs
	sha    hash.Hash

	// Parts of the text of the derivation at hand: all before its inputs, the
	// inputs, and all after them.
	head, ins, tail []byte
	spliced, aterm  []byte
	replaced        []replacedInput
	paths           []storepath.Path
	spots           []int
	refs            []storepath.Path
}

// replacedInput is an input derivation in the form in which others hash it.
type replacedInput struct {
	sum     [32]byte
	outputs []string
}

// onlyOut are the outputs by which inputs of known content count.
var onlyOut = []string{"out"}

// NewHasher returns a Hasher for derivations in dir whose inputs are known to
// inputs.
func NewHasher(dir storepath.Dir, inputs Inputs) *Hasher {
	return &Hasher{dir: dir, inputs: inputs, sha: sha256.New()}
}

// Instance is what [Hasher.Instantiate] makes of a derivation.
type Instance struct {
	Path   storepath.Path // of the .drv file
	Modulo Modulo         // for those that need it
	ATerm  []byte         // the file's text, until the next call of the Hasher
}

// Instantiate completes a derivation that an evaluation made: it computes the
// paths of its outputs and sets the variables called like them, and returns its
// own. The lists of d must be sorted.
//
// Outputs that are input-addressed or deferred become the one or the other,
// whatever their paths were. The variables of floating and impure outputs are
// set to placeholders, which the build replaces.
func (h *Hasher) Instantiate(d *Derivation) (Instance, error) {
	kind, err := d.Kind()
	if err != nil {
		return Instance{}, err
	}
	var modulo Modulo
	switch kind {
	case InputAddressed, Deferred:
		modulo, err = h.addressByInputs(d)
	case Fixed:
		modulo, err = h.completeFixed(d)
	default:
		for i := range d.Outputs {
			d.SetEnv(d.Outputs[i].Name, Placeholder(d.Outputs[i].Name))
		}
		h.print(d, make([]storepath.Path, len(d.Outputs)))
	}
	if err != nil {
		return Instance{}, err
	}
	h.ins = d.appendInputs(h.ins[:0], h.dir)
	h.aterm = append(append(append(h.aterm[:0], h.head...), h.ins...), h.tail...)
	path, err := h.textPath(d, h.aterm)
	return Instance{path, modulo, h.aterm}, err
}

// Path returns the path of d's .drv file, as d stands.
func (h *Hasher) Path(d *Derivation) (storepath.Path, error) {
	text, err := d.AppendATerm(h.aterm[:0], h.dir)
	h.aterm = text
	if err != nil {
		return storepath.Path{}, err
	}
	return h.textPath(d, text)
}

// Modulo returns what d is as an input of others, as d stands.
func (h *Hasher) Modulo(d *Derivation) (Modulo, error) {
	kind, err := d.Kind()
	if err != nil {
		return Modulo{}, err
	}
	switch kind {
	case Fixed:
		path, err := d.Outputs[0].FixedPath(h.dir, d.Name)
		return h.contentModulo(&d.Outputs[0], path), err
	case InputAddressed:
		known, err := h.replaceInputs(d)
		if err != nil || !known {
			return Modulo{}, err
		}
		if h.paths, err = d.outputPaths(h.paths[:0], h.dir); err != nil {
			return Modulo{}, err
		}
		h.print(d, h.paths)
		return Modulo{moduloRecipe, h.sumOf(h.head, h.ins, h.tail)}, nil
	}
	return Modulo{}, nil
}

// Check holds that the outputs of a derivation that somebody else wrote, and
// the variables called like them, are what they must be. Deferred outputs and
// the variables of floating ones may be anything.
func (h *Hasher) Check(d *Derivation) error {
	kind, err := d.Kind()
	if err != nil || kind == Deferred || kind == Floating || kind == Impure {
		return err
	}
	again := *d
	again.Outputs, again.Env = slices.Clone(d.Outputs), slices.Clone(d.Env)
	if _, err := h.Instantiate(&again); err != nil {
		return err
	}
	for i, want := range again.Outputs {
		got := d.Outputs[i]
		if want.Kind != got.Kind {
			return fmt.Errorf("output %q has the path %s, but is %s", got.Name, h.dir.Join(got.Path), want.Kind)
		}
		if want.Path != got.Path {
			return fmt.Errorf("output %q has the path %s, but should have %s", got.Name, h.dir.Join(got.Path), h.dir.Join(want.Path))
		}
		path, _ := again.Lookup(want.Name)
		if value, _ := d.Lookup(want.Name); value != path {
			return fmt.Errorf("environment variable %q is %q, but should be %q", want.Name, value, path)
		}
	}
	return nil
}

// addressByInputs computes the outputs' paths of an input-addressed derivation.
// It leaves the complete head and tail.
func (h *Hasher) addressByInputs(d *Derivation) (Modulo, error) {
	for i := range d.Outputs {
		d.SetEnv(d.Outputs[i].Name, "")
	}
	known, err := h.replaceInputs(d)
	if err != nil {
		return Modulo{}, err
	}
	h.paths = append(h.paths[:0], make([]storepath.Path, len(d.Outputs))...)
	h.print(d, h.paths)
	if !known {
		for i := range d.Outputs {
			d.Outputs[i].Kind, d.Outputs[i].Path = Deferred, storepath.Path{}
		}
		return Modulo{}, nil
	}

	sum := h.sumOf(h.head, h.ins, h.tail)
	drvHash, err := nixhash.New(nixhash.SHA256, sum[:])
	if err != nil {
		return Modulo{}, err
	}
	for i := range d.Outputs {
		o := &d.Outputs[i]
		path, err := h.dir.Output(drvHash, o.Name, d.Name)
		if err != nil {
			return Modulo{}, err
		}
		o.Kind, o.Path, h.paths[i] = InputAddressed, path, path
		d.SetEnv(o.Name, h.dir.Join(path))
	}
	h.head = d.appendHead(h.head[:0], h.dir, h.paths)
	h.splice()
	return Modulo{moduloRecipe, h.sumOf(h.head, h.ins, h.tail)}, nil
}

// print prints the head, with paths for the outputs, and the tail, in which the
// variables called like input-addressed outputs without a path are empty.
func (h *Hasher) print(d *Derivation, paths []storepath.Path) {
	h.head = d.appendHead(h.head[:0], h.dir, paths)
	var blank []Output
	if paths[0].IsZero() && d.Outputs[0].Kind <= Deferred {
		blank = d.Outputs
	}
	h.tail, h.spots = d.appendTail(h.tail[:0], h.dir, blank, h.spots[:0])
}

// splice puts the outputs' paths into their places in the tail.
func (h *Hasher) splice() {
	done := 0
	h.spliced = h.spliced[:0]
	for i, spot := range h.spots {
		h.spliced = append(h.spliced, h.tail[done:spot]...)
		h.spliced = appendPath(h.spliced, h.dir, h.paths[i])
		done = spot
	}
	h.spliced = append(h.spliced, h.tail[done:]...)
	h.tail, h.spliced = h.spliced, h.tail
}

// completeFixed sets the variable of a fixed output and leaves head and tail.
func (h *Hasher) completeFixed(d *Derivation) (Modulo, error) {
	o := &d.Outputs[0]
	path, err := o.FixedPath(h.dir, d.Name)
	if err != nil {
		return Modulo{}, err
	}
	d.SetEnv(o.Name, h.dir.Join(path))
	h.paths = append(h.paths[:0], path)
	h.print(d, h.paths)
	return h.contentModulo(o, path), nil
}

// contentModulo returns the Modulo of a derivation with one fixed output.
func (h *Hasher) contentModulo(o *Output, path storepath.Path) Modulo {
	text := append(h.ins[:0], "fixed:out:"...)
	text = append(o.methodAlgo(text), ':')
	text = append(hex.AppendEncode(text, o.Hash.Sum()), ':')
	h.ins = appendPath(text, h.dir, path)
	return Modulo{moduloContent, h.sumOf(h.ins)}
}

// replaceInputs prints d's input derivations with each replaced by its Modulo;
// those that are the same by it become one. It reports whether all are known.
func (h *Hasher) replaceInputs(d *Derivation) (bool, error) {
	h.replaced = h.replaced[:0]
	known := true
	for i := range d.InputDrvs {
		in := &d.InputDrvs[i]
		if len(in.Dynamic) > 0 {
			known = false
			continue
		}
		m, err := h.inputs.Modulo(in.Path)
		if err != nil {
			return false, err
		}
		outputs := in.Outputs
		switch m.kind {
		case moduloUnknown:
			known = false
		case moduloContent:
			for _, output := range outputs {
				if output != "out" {
					return false, fmt.Errorf("derivation %s has no output %q: its only one is \"out\"", h.dir.Join(in.Path), output)
				}
			}
			outputs = onlyOut[:len(outputs)]
		}
		h.replaced = append(h.replaced, replacedInput{m.sum, outputs})
	}
	if known {
		h.printReplaced()
	}
	return known, nil
}

func (h *Hasher) printReplaced() {
	slices.SortStableFunc(h.replaced, func(a, b replacedInput) int { return bytes.Compare(a.sum[:], b.sum[:]) })
	merged := h.replaced[:0]
	for _, in := range h.replaced {
		if last := len(merged) - 1; last >= 0 && merged[last].sum == in.sum {
			union := append(slices.Clip(merged[last].outputs), in.outputs...)
			merged[last].outputs = sortedSet(slices.Clone(union), strings.Compare)
		} else {
			merged = append(merged, in)
		}
	}
	h.ins = h.ins[:0]
	for i := range merged {
		h.ins = append(separate(h.ins, i), `("`...)
		h.ins = hex.AppendEncode(h.ins, merged[i].sum[:])
		h.ins = append(h.ins, `",`...)
		h.ins = append(appendNames(h.ins, merged[i].outputs), ')')
	}
}

// textPath returns the path of the .drv file with that text.
func (h *Hasher) textPath(d *Derivation, text []byte) (storepath.Path, error) {
	sum := h.sumOf(text)
	content, err := nixhash.New(nixhash.SHA256, sum[:])
	if err != nil {
		return storepath.Path{}, err
	}
	h.refs = d.appendReferences(h.refs[:0])
	return h.dir.Text(d.Name+Extension, content, h.refs)
}

// sumOf returns the SHA-256 of parts one after the other.
func (h *Hasher) sumOf(parts ...[]byte) (sum [32]byte) {
	h.sha.Reset()
	for _, part := range parts {
		h.sha.Write(part)
	}
	h.sha.Sum(sum[:0])
	return sum
}
