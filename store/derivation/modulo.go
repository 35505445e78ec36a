package derivation

import (
	"fmt"

	"devenv/store/storepath"
)

// Modulo is what a derivation is as an input of others. Values are comparable
// with ==. The zero value says that this is not known before a build: it is
// that of floating, impure and deferred derivations.
type Modulo struct {
	kind moduloKind
	sum  [32]byte
}

type moduloKind uint8

const (
	moduloUnknown moduloKind = iota
	moduloRecipe             // sum stands for the derivation with any output
	moduloContent            // sum stands for the content of its output "out"
)

// Known reports whether derivations that need this one can be input-addressed.
func (m Modulo) Known() bool { return m.kind != moduloUnknown }

// Inputs tells what the inputs of a derivation are.
type Inputs interface {
	// Modulo returns the Modulo of the derivation at p.
	Modulo(p storepath.Path) (Modulo, error)
}

// Memo is an [Inputs] that remembers. It belongs to its caller and is not safe
// for concurrent use.
type Memo struct {
	dir   storepath.Dir
	read  func(storepath.Path) (*Derivation, error)
	known map[storepath.Path]Modulo
	depth int
	deep  bool // the sum of a Modulo that is not known stands for the derivation
}

// maxDepth is how deep a chain of derivations may be that a Memo reads before
// it takes it for endless. Real ones have a few hundred.
const maxDepth = 10_000

// NewMemo returns a Memo that reads derivations which it was not told of with
// read; nil reads none.
func NewMemo(dir storepath.Dir, read func(storepath.Path) (*Derivation, error)) *Memo {
	return &Memo{dir: dir, read: read, known: map[storepath.Path]Modulo{}}
}

// Add tells m the Modulo of the derivation at p.
func (m *Memo) Add(p storepath.Path, modulo Modulo) { m.known[p] = modulo }

// Modulo returns what m was told, or computes it from the derivation that it
// reads, and so on with that one's inputs.
func (m *Memo) Modulo(p storepath.Path) (Modulo, error) {
	if modulo, ok := m.known[p]; ok {
		return modulo, nil
	}
	if m.read == nil {
		return Modulo{}, fmt.Errorf("derivation %s is not known", m.dir.Join(p))
	}
	if m.depth >= maxDepth {
		return Modulo{}, fmt.Errorf("derivation %s is needed by a chain of more than %d others", m.dir.Join(p), maxDepth)
	}
	d, err := m.read(p)
	if err != nil {
		return Modulo{}, err
	}
	m.depth++
	h := NewHasher(m.dir, m)
	modulo, err := h.Modulo(d)
	if m.deep && err == nil && !modulo.Known() {
		modulo.sum, err = h.deepSum(d)
	}
	m.depth--
	if err != nil {
		return Modulo{}, err
	}
	m.known[p] = modulo
	return modulo, nil
}
