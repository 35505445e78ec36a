package nixhash

import (
	"encoding/binary"
	"math/bits"
)

// blake3 hashes with BLAKE3 to 32 bytes, as "BLAKE3: one function, fast
// everywhere" (O'Connor, Aumasson, Neves, Wilcox-O'Hearn, 2020) has it; names are
// those of its section 2. It is portable and short rather than fast: what looks
// for vector units does so whenever the program starts, and hashes of this kind
// are rare.
type blake3 struct {
	chunk  chunk
	stack  [54][8]uint32 // chaining values of whole subtrees, the largest first
	height int
}

// The sizes of the hash's parts, in bytes.
const (
	blake3Block = 64
	blake3Chunk = 1024
	blake3Sum   = 32
)

// Domain flags.
const (
	chunkStart = 1 << iota
	chunkEnd
	parent
	root
)

var blake3IV = [8]uint32{
	0x6A09E667, 0xBB67AE85, 0x3C6EF372, 0xA54FF53A, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19,
}

// blake3Order is the permutation of message words between rounds.
var blake3Order = [16]uint8{2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8}

// chunk is a leaf of the tree that is being filled.
type chunk struct {
	chain   [8]uint32 // of the blocks before
	counter uint64    // which chunk this is
	blocks  int       // that are in chain
	block   [blake3Block]byte
	n       int // bytes in block
}

// node is what is left to compress when it is known whether it is the root.
type node struct {
	chain   [8]uint32
	words   [16]uint32
	counter uint64
	length  uint32
	flags   uint32
}

func newBLAKE3() *blake3 {
	h := new(blake3)
	h.Reset()
	return h
}

func (h *blake3) Reset() {
	h.chunk, h.height = chunk{chain: blake3IV}, 0
}

func (h *blake3) Size() int      { return blake3Sum }
func (h *blake3) BlockSize() int { return blake3Block }

func (h *blake3) Write(p []byte) (int, error) {
	written := len(p)
	for len(p) > 0 {
		// A chunk is closed when more follows: the last one may be the root.
		if h.chunk.size() == blake3Chunk {
			h.push(h.chunk.node().chaining(), h.chunk.counter+1)
			h.chunk = chunk{chain: blake3IV, counter: h.chunk.counter + 1}
		}
		n := min(len(p), blake3Chunk-h.chunk.size())
		h.chunk.write(p[:n])
		p = p[n:]
	}
	return written, nil
}

// push adds the chunk that makes the tree as many chunks as total says. Two
// subtrees of equal size become one, as long as there are such: one for each
// trailing zero bit of total.
func (h *blake3) push(chain [8]uint32, total uint64) {
	for range bits.TrailingZeros64(total) {
		h.height--
		chain = parentOf(h.stack[h.height], chain).chaining()
	}
	h.stack[h.height] = chain
	h.height++
}

// Sum appends the digest. It changes nothing, so that more may be written.
func (h *blake3) Sum(b []byte) []byte {
	last := h.chunk.node()
	for i := h.height - 1; i >= 0; i-- {
		last = parentOf(h.stack[i], last.chaining())
	}
	last.flags |= root
	for _, word := range last.chaining() {
		b = binary.LittleEndian.AppendUint32(b, word)
	}
	return b
}

func (c *chunk) size() int { return c.blocks*blake3Block + c.n }

// write adds bytes; the last block is kept until more follows.
func (c *chunk) write(p []byte) {
	for len(p) > 0 {
		if c.n == blake3Block {
			n := c.node()
			n.flags &^= chunkEnd
			c.chain, c.blocks, c.n = n.chaining(), c.blocks+1, 0
		}
		n := copy(c.block[c.n:], p)
		c.n += n
		p = p[n:]
	}
}

// node is the chunk's last block, padded with zeros.
func (c *chunk) node() node {
	n := node{chain: c.chain, counter: c.counter, length: uint32(c.n), flags: chunkEnd}
	if c.blocks == 0 {
		n.flags |= chunkStart
	}
	clear(c.block[c.n:])
	for i := range n.words {
		n.words[i] = binary.LittleEndian.Uint32(c.block[4*i:])
	}
	return n
}

func parentOf(left, right [8]uint32) node {
	n := node{chain: blake3IV, length: blake3Block, flags: parent}
	copy(n.words[:8], left[:])
	copy(n.words[8:], right[:])
	return n
}

// chaining compresses the node. Of the root it is the digest.
func (n node) chaining() [8]uint32 {
	v := [16]uint32{
		n.chain[0], n.chain[1], n.chain[2], n.chain[3], n.chain[4], n.chain[5], n.chain[6], n.chain[7],
		blake3IV[0], blake3IV[1], blake3IV[2], blake3IV[3],
		uint32(n.counter), uint32(n.counter >> 32), n.length, n.flags,
	}
	words := n.words
	for round := range 7 {
		if round > 0 {
			before := words
			for i, from := range blake3Order {
				words[i] = before[from]
			}
		}
		for i := range 4 { // columns
			mix(&v, i, i+4, i+8, i+12, words[2*i], words[2*i+1])
		}
		for i := range 4 { // diagonals
			mix(&v, i, (i+1)%4+4, (i+2)%4+8, (i+3)%4+12, words[8+2*i], words[8+2*i+1])
		}
	}
	var out [8]uint32
	for i := range out {
		out[i] = v[i] ^ v[i+8]
	}
	return out
}

// mix is the quarter round G.
func mix(v *[16]uint32, a, b, c, d int, x, y uint32) {
	v[a] += v[b] + x
	v[d] = bits.RotateLeft32(v[d]^v[a], -16)
	v[c] += v[d]
	v[b] = bits.RotateLeft32(v[b]^v[c], -12)
	v[a] += v[b] + y
	v[d] = bits.RotateLeft32(v[d]^v[a], -8)
	v[c] += v[d]
	v[b] = bits.RotateLeft32(v[b]^v[c], -7)
}
