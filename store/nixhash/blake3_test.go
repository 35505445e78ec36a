package nixhash

import (
	"bytes"
	"testing"

	reference "lukechampine.com/blake3"
)

// TestBlake3 compares with the reference's authors' layout of the tree at all
// its edges: blocks, chunks, and full and partial subtrees.
func TestBlake3(t *testing.T) {
	input := make([]byte, 70_000)
	for i := range input {
		input[i] = byte(i % 251)
	}
	for _, n := range []int{0, 1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 2047, 2048, 2049, 3072, 3073, 4096, 5000, 8192, 8193, 31744, 65536, 70_000} {
		want := reference.Sum256(input[:n])
		for _, step := range []int{1, 7, 64, 1024, 4000, max(n, 1)} {
			h := newBlake3()
			h.Write([]byte("thrown away")) //nolint:errcheck // it does not fail
			h.Reset()
			for rest := input[:n]; len(rest) > 0; {
				k, _ := h.Write(rest[:min(step, len(rest))])
				rest = rest[k:]
			}
			h.Sum(nil) // changes nothing
			if got := h.Sum([]byte("x")); !bytes.Equal(got[1:], want[:]) {
				t.Errorf("%d bytes in steps of %d: %x, want %x", n, step, got[1:], want)
			}
		}
	}
}

func BenchmarkBlake3(b *testing.B) {
	input := make([]byte, 1<<20)
	b.SetBytes(int64(len(input)))
	for b.Loop() {
		h := newBlake3()
		h.Write(input) //nolint:errcheck // it does not fail
		h.Sum(nil)
	}
}
