package nixhash

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
)

// Hash is a digest and the algorithm that made it. Values are comparable with
// ==. The zero value is no hash; its text forms are empty.
type Hash struct {
	algo Algo
	sum  [maxSize]byte
}

// New returns the hash of algorithm a whose digest is sum. It copies sum, which
// must be a.Size() bytes long.
func New(a Algo, sum []byte) (Hash, error) {
	if a.Size() == 0 {
		return Hash{}, fmt.Errorf("a digest of %d bytes without a hash algorithm", len(sum))
	}
	if len(sum) != a.Size() {
		return Hash{}, fmt.Errorf("a %s digest has %d bytes, not %d", a, a.Size(), len(sum))
	}
	h := Hash{algo: a}
	copy(h.sum[:], sum)
	return h, nil
}

// Algo returns the algorithm of h, and 0 if h is zero.
func (h Hash) Algo() Algo { return h.algo }

// Sum returns the digest in a slice of its own; it is empty if h is zero.
func (h Hash) Sum() []byte { return append([]byte(nil), h.digest()...) }

// IsZero reports whether h is no hash at all. A digest of zero bytes is a hash.
func (h Hash) IsZero() bool { return h.algo == 0 }

// Base16 returns the digest in lower-case hexadecimal, without the algorithm.
func (h Hash) Base16() string { return hex.EncodeToString(h.digest()) }

// Nix32 returns the digest in Nix's base 32, without the algorithm.
func (h Hash) Nix32() string { return EncodeNix32(h.digest()) }

// Base64 returns the digest in padded base 64, without the algorithm.
func (h Hash) Base64() string { return base64.StdEncoding.EncodeToString(h.digest()) }

// SRI returns h in the form "sha256-<base64>", padded.
func (h Hash) SRI() string {
	if h.IsZero() {
		return ""
	}
	return h.algo.String() + "-" + h.Base64()
}

// String returns h in the form "sha256:<nix32>", in which Nix stores and signs
// the hashes of NARs.
func (h Hash) String() string {
	if h.IsZero() {
		return ""
	}
	return h.algo.String() + ":" + h.Nix32()
}

// MarshalText returns h in SRI form; a zero hash is empty text.
func (h Hash) MarshalText() ([]byte, error) { return []byte(h.SRI()), nil }

// UnmarshalText reads what [Parse] reads; empty text is the zero hash.
func (h *Hash) UnmarshalText(text []byte) error {
	if len(text) == 0 {
		*h = Hash{}
		return nil
	}
	parsed, err := Parse(string(text))
	if err != nil {
		return err
	}
	*h = parsed
	return nil
}

// digest returns the bytes of the digest, which belong to h.
func (h *Hash) digest() []byte { return h.sum[:h.algo.Size()] }
