package host

import (
	"slices"
	"strings"

	"github.com/klauspost/compress/s2"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// textBlock is how many bytes of texts are compressed together. Derivations
// that are made one after the other have much in common: texts of a package set
// shrink to a seventh, at two gigabytes a second.
//
// The first blocks stay as they are: it does not pay for a few packages.
const (
	textBlock   = 128 << 10
	plainBlocks = 16
)

// derivations are those that an evaluation made: hardly one is ever read, but
// each may be.
type derivations struct {
	kept   map[storepath.Path]keptDerivation
	blocks [][]byte // compressed, but the first
	open   []byte   // the last block, still growing
	packed []byte   // room for what a block may become
	read   []byte   // the block that was read last
	reads  int      // its number
}

// keptDerivation is where the text of a derivation is.
type keptDerivation struct {
	refs              []storepath.Path
	block, from, size int
}

// add keeps a derivation unless it is kept already.
func (d *derivations) add(p storepath.Path, drv *derivation.Derivation, text []byte) {
	if _, ok := d.kept[p]; ok {
		return
	}
	if d.kept == nil {
		d.kept = map[storepath.Path]keptDerivation{}
	}
	if len(d.open)+len(text) > textBlock && len(d.open) > 0 {
		d.close()
	}
	if d.open == nil {
		d.open = make([]byte, 0, textBlock)
	}
	d.kept[p] = keptDerivation{drv.References(), len(d.blocks), len(d.open), len(text)}
	d.open = append(d.open, text...)
}

// close ends the last block.
func (d *derivations) close() {
	if len(d.blocks) < plainBlocks {
		d.blocks = append(d.blocks, d.open)
		d.open = nil
		return
	}
	d.packed = s2.Encode(d.packed[:cap(d.packed)], d.open)
	d.blocks = append(d.blocks, slices.Clone(d.packed))
	d.open = d.open[:0]
}

// text returns the text of a kept derivation.
func (d *derivations) text(k keptDerivation) string {
	block := d.open
	switch {
	case k.block < min(plainBlocks, len(d.blocks)):
		block = d.blocks[k.block]
	case k.block < len(d.blocks):
		block = d.unpacked(k.block)
	}
	return string(block[k.from : k.from+k.size])
}

// unpacked returns a compressed block.
func (d *derivations) unpacked(n int) []byte {
	if d.read == nil || d.reads != n {
		var err error
		if d.read, err = s2.Decode(d.read[:cap(d.read)], d.blocks[n]); err != nil {
			panic(err) // memory that nobody else writes to
		}
		d.reads = n
	}
	return d.read
}

// object returns a kept derivation as a store object, or nil.
func (d *derivations) object(p storepath.Path) *object {
	k, ok := d.kept[p]
	if !ok {
		return nil
	}
	return &object{refs: k.refs, text: func() string { return d.text(k) }}
}

// text returns the file at a logical path that is on no disk: this evaluation
// made it.
func (h *Host) text(path string) (string, bool) {
	if k, ok := h.derivation(path); ok {
		return h.drvs.text(k), true
	}
	text, ok := h.texts[path]
	return text, ok
}

// virtual tells whether a file is on no disk.
func (h *Host) virtual(path string) bool {
	_, ok := h.texts[path]
	if !ok {
		_, ok = h.derivation(path)
	}
	return ok
}

func (h *Host) derivation(path string) (k keptDerivation, ok bool) {
	if !strings.HasSuffix(path, derivation.Extension) || h.drvs.kept == nil {
		return k, false
	}
	p, err := h.opts.StoreDir.Parse(path)
	if err != nil {
		return k, false
	}
	k, ok = h.drvs.kept[p]
	return k, ok
}

// made returns a store object that this evaluation made, or nil.
func (h *Host) made(p storepath.Path) *object {
	if o := h.objects[p]; o != nil {
		return o
	}
	return h.drvs.object(p)
}
