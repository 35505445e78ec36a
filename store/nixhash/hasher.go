package nixhash

import "hash"

// Hasher hashes what is written to it and counts the bytes.
// [NewHasher] makes one; it is not safe for concurrent use.
type Hasher struct {
	algo  Algo
	state hash.Hash
	size  int64
}

// NewHasher returns a hasher for a, which must be one of the algorithms: it
// panics otherwise.
func NewHasher(a Algo) *Hasher {
	return &Hasher{algo: a, state: a.newHash()}
}

// Write adds p to what is hashed. It never fails.
func (h *Hasher) Write(p []byte) (int, error) {
	h.size += int64(len(p))
	return h.state.Write(p)
}

// Sum returns the hash of all that was written so far.
func (h *Hasher) Sum() Hash {
	sum := Hash{algo: h.algo}
	h.state.Sum(sum.sum[:0])
	return sum
}

// Size returns how many bytes were written.
func (h *Hasher) Size() int64 { return h.size }

// Compress folds sum to n bytes: byte i is XORed into byte i modulo n, as Nix
// shortens the digest in a store path. n must be positive.
func Compress(sum []byte, n int) []byte {
	folded := make([]byte, n)
	for i, b := range sum {
		folded[i%n] ^= b
	}
	return folded
}
