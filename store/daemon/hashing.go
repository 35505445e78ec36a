package daemon

import "devenv/store/nixhash"

// hashing is the SHA-256 of a stream, computed while its reader goes on: whoever
// receives a tree mostly hashes it as well.
type hashing struct {
	full   chan []byte
	free   chan []byte
	result chan *nixhash.Hasher
}

// hashingBuffers is how many pieces of a stream wait for being hashed.
const hashingBuffers = 4

// newHashing starts a goroutine, which sum ends.
func newHashing() *hashing {
	h := &hashing{make(chan []byte, hashingBuffers), make(chan []byte, hashingBuffers), make(chan *nixhash.Hasher, 1)}
	for range hashingBuffers {
		h.free <- nil
	}
	go func() {
		hasher := nixhash.NewHasher(nixhash.SHA256)
		for p := range h.full {
			hasher.Write(p)
			h.free <- p
		}
		h.result <- hasher
	}()
	return h
}

// write adds a copy of p to what is hashed.
func (h *hashing) write(p []byte) {
	if len(p) > 0 {
		h.full <- append((<-h.free)[:0], p...)
	}
}

// sum returns the hash and the number of bytes. Nothing may be written after it.
func (h *hashing) sum() (nixhash.Hash, int64) {
	close(h.full)
	hasher := <-h.result
	return hasher.Sum(), hasher.Size()
}
