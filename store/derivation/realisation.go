package derivation

import (
	"crypto/sha256"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Realisations computes the hashes by which realisations name outputs. It
// remembers those of inputs and is not safe for concurrent use.
type Realisations struct{ memo *Memo }

// NewRealisations returns a Realisations that reads input derivations with read.
func NewRealisations(dir storepath.Dir, read func(storepath.Path) (*Derivation, error)) *Realisations {
	memo := NewMemo(dir, read)
	memo.deep = true
	return &Realisations{memo}
}

// Hash returns the hash that names d's outputs: that of d with the outputs left
// blank and each input replaced by its own hash, also where only a build tells
// what that one makes. A fixed output is named by its content.
func (r *Realisations) Hash(d *Derivation) (nixhash.Hash, error) {
	h := NewHasher(r.memo.dir, r.memo)
	kind, err := d.Kind()
	if err != nil {
		return nixhash.Hash{}, err
	}
	var sum [32]byte
	if kind == Fixed {
		m, err := h.Modulo(d)
		if err != nil {
			return nixhash.Hash{}, err
		}
		sum = m.sum
	} else if sum, err = h.blankSum(d, d.Outputs); err != nil {
		return nixhash.Hash{}, err
	}
	return nixhash.New(nixhash.SHA256, sum[:])
}

// deepSum returns what stands for a derivation whose outputs only a build tells.
func (h *Hasher) deepSum(d *Derivation) ([32]byte, error) {
	if d.Outputs[0].Kind == Impure {
		return sha256.Sum256([]byte("impure")), nil
	}
	return h.blankSum(d, nil)
}

// blankSum hashes d without the paths of its outputs and with the variables
// called like those in blank empty.
func (h *Hasher) blankSum(d *Derivation, blank []Output) ([32]byte, error) {
	if _, err := h.replaceInputs(d); err != nil {
		return [32]byte{}, err
	}
	h.printReplaced()
	h.head = d.appendHead(h.head[:0], h.dir, make([]storepath.Path, len(d.Outputs)))
	h.tail, h.spots = d.appendTail(h.tail[:0], h.dir, blank, h.spots[:0])
	return h.sumOf(h.head, h.ins, h.tail), nil
}
