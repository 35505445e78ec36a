package nixhash

import (
	"bytes"
	"strconv"
)

// ModuloHasher hashes what is written to it, with every occurrence of a digest
// taken for zeros: the hash of a content that holds its own hash. The places of
// the occurrences are hashed after the content, so that content with zeros there
// has another hash. [NewModuloHasher] makes one.
//
// It is Nix's "hash modulo" of self-referring store objects.
type ModuloHasher struct {
	sum    *Hasher
	digest []byte
	zeros  []byte
	tail   []byte // the last bytes, in which an occurrence may begin
	size   int64  // bytes written
	places []int64
}

// NewModuloHasher returns a hasher for a that takes digest, which must not be
// empty, for zeros.
func NewModuloHasher(a Algo, digest string) *ModuloHasher {
	return &ModuloHasher{sum: NewHasher(a), digest: []byte(digest), zeros: make([]byte, len(digest))}
}

// Write adds p to what is hashed. It never fails.
func (m *ModuloHasher) Write(p []byte) (int, error) {
	m.size += int64(len(p))
	text := append(m.tail, p...)
	start := m.size - int64(len(text)) // of text in the content
	done := 0
	for {
		i := bytes.Index(text[done:], m.digest)
		if i < 0 {
			break
		}
		m.sum.Write(text[done : done+i])
		m.sum.Write(m.zeros)
		m.places = append(m.places, start+int64(done+i))
		done += i + len(m.digest)
	}
	keep := min(len(m.digest)-1, len(text)-done)
	m.sum.Write(text[done : len(text)-keep])
	m.tail = append(m.tail[:0], text[len(text)-keep:]...)
	return len(p), nil
}

// Size returns how many bytes were written.
func (m *ModuloHasher) Size() int64 { return m.size }

// Sum returns the hash. Nothing may be written after it.
func (m *ModuloHasher) Sum() Hash {
	m.sum.Write(m.tail)
	m.tail = nil
	for _, place := range m.places {
		m.sum.Write(strconv.AppendInt([]byte("|"), place, 10))
	}
	m.places = nil
	return m.sum.Sum()
}
