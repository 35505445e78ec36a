package nixhash

import (
	"bytes"
	"math/rand/v2"
	"testing"

	oracle "lukechampine.com/blake3"
)

// TestBLAKE3 compares with another implementation, over the sizes at which
// blocks, chunks and subtrees end, written in pieces of all sizes.
func TestBLAKE3(t *testing.T) {
	random := rand.New(rand.NewPCG(1, 2))
	data := make([]byte, 70*blake3Chunk)
	for i := range data {
		data[i] = byte(random.Uint32())
	}
	sizes := []int{0, 1, 63, 64, 65, 127, 128, 1023, 1024, 1025, 1087, 1088, 1089, 16 * blake3Chunk, len(data)}
	for n := 2; n < 66; n++ {
		sizes = append(sizes, n*blake3Chunk-1, n*blake3Chunk, n*blake3Chunk+1)
	}
	for _, size := range sizes {
		want := oracle.Sum256(data[:size])
		whole, pieces := newBLAKE3(), newBLAKE3()
		whole.Write(data[:size])
		for rest := data[:size]; len(rest) > 0; {
			n := min(len(rest), 1+random.IntN(1500))
			pieces.Write(rest[:n])
			pieces.Sum(nil) // in the middle: it must change nothing
			rest = rest[n:]
		}
		for name, got := range map[string][]byte{"whole": whole.Sum(nil), "pieces": pieces.Sum(nil)} {
			if !bytes.Equal(got, want[:]) {
				t.Errorf("%d bytes, %s: %x, not %x", size, name, got, want)
			}
		}
	}
	h := newBLAKE3()
	h.Write(data)
	h.Reset()
	if got, want := h.Sum([]byte("a")), oracle.Sum256(nil); !bytes.Equal(got, append([]byte("a"), want[:]...)) {
		t.Errorf("after Reset: %x", got)
	}
}

func BenchmarkBLAKE3(b *testing.B) {
	data := make([]byte, 1<<20)
	b.SetBytes(int64(len(data)))
	for b.Loop() {
		newBLAKE3().Write(data)
	}
}
