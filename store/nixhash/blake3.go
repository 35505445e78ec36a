package nixhash

import (
	"encoding/binary"
	"math/bits"
)

// blake3 is a running BLAKE3 hash without a key, of 32 bytes (The BLAKE3 team,
// “BLAKE3: one function, fast everywhere”). The input's chunks are the leaves of
// a binary tree whose left subtrees are full.
//
// The libraries that use vector instructions ask the processor for its features
// before main, which each command would pay for; this one asks nothing.
type blake3 struct {
	cv    [8]uint32 // of the chunk's blocks so far
	block [64]byte  // the chunk's last block; compressed only when more follows
	fill  int       // bytes of block in use
	done  int       // blocks of the chunk that are compressed
	chunk uint64    // number of the chunk
	stack [][8]uint32
}

// What a block is, in the flags of its compression.
const (
	chunkStart = 1 << iota
	chunkEnd
	parentNode
	rootNode
)

const blocksPerChunk = 16

var blake3Start = [8]uint32{
	0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
}

func newBlake3() *blake3 { return &blake3{cv: blake3Start} }

func (h *blake3) Size() int      { return 32 }
func (h *blake3) BlockSize() int { return 64 }
func (h *blake3) Reset()         { *h = blake3{cv: blake3Start, stack: h.stack[:0]} }

func (h *blake3) Write(p []byte) (int, error) {
	n := len(p)
	for len(p) > 0 {
		if h.fill == len(h.block) {
			h.flush()
		}
		k := copy(h.block[h.fill:], p)
		h.fill += k
		p = p[k:]
	}
	return n, nil
}

// flush compresses the full block, which is not the input's last.
func (h *blake3) flush() {
	if h.done < blocksPerChunk-1 {
		h.cv = h.compressBlock(0)
		h.done++
		h.fill = 0
		return
	}
	cv := h.compressBlock(chunkEnd)
	h.chunk++
	for n := h.chunk; n&1 == 0; n >>= 1 {
		cv = parent(h.stack[len(h.stack)-1], cv, 0)
		h.stack = h.stack[:len(h.stack)-1]
	}
	h.stack = append(h.stack, cv)
	h.cv, h.done, h.fill = blake3Start, 0, 0
}

// compressBlock compresses the block with the flags of its place and these.
func (h *blake3) compressBlock(flags uint32) [8]uint32 {
	if h.done == 0 {
		flags |= chunkStart
	}
	var m [16]uint32
	for i := range m {
		m[i] = binary.LittleEndian.Uint32(h.block[4*i:])
	}
	return compress(&h.cv, &m, h.chunk, uint32(h.fill), flags)
}

func (h *blake3) Sum(p []byte) []byte {
	last := *h
	clear(last.block[last.fill:])
	var cv [8]uint32
	if len(h.stack) == 0 {
		cv = last.compressBlock(chunkEnd | rootNode)
	} else {
		cv = last.compressBlock(chunkEnd)
		for i := len(h.stack) - 1; i > 0; i-- {
			cv = parent(h.stack[i], cv, 0)
		}
		cv = parent(h.stack[0], cv, rootNode)
	}
	for _, word := range cv {
		p = binary.LittleEndian.AppendUint32(p, word)
	}
	return p
}

// parent compresses the values of two subtrees into that of their parent.
func parent(left, right [8]uint32, flags uint32) [8]uint32 {
	var m [16]uint32
	copy(m[:8], left[:])
	copy(m[8:], right[:])
	return compress(&blake3Start, &m, 0, 64, parentNode|flags)
}

// compress is BLAKE3's compression function, the first half of what it returns.
func compress(cv *[8]uint32, m *[16]uint32, counter uint64, size, flags uint32) [8]uint32 {
	v0, v1, v2, v3, v4, v5, v6, v7 := cv[0], cv[1], cv[2], cv[3], cv[4], cv[5], cv[6], cv[7]
	v8, v9, v10, v11 := blake3Start[0], blake3Start[1], blake3Start[2], blake3Start[3]
	v12, v13, v14, v15 := uint32(counter), uint32(counter>>32), size, flags
	for i := range blake3Words {
		w := &blake3Words[i]
		v0, v4, v8, v12 = mix(v0, v4, v8, v12, m[w[0]&15], m[w[1]&15])
		v1, v5, v9, v13 = mix(v1, v5, v9, v13, m[w[2]&15], m[w[3]&15])
		v2, v6, v10, v14 = mix(v2, v6, v10, v14, m[w[4]&15], m[w[5]&15])
		v3, v7, v11, v15 = mix(v3, v7, v11, v15, m[w[6]&15], m[w[7]&15])
		v0, v5, v10, v15 = mix(v0, v5, v10, v15, m[w[8]&15], m[w[9]&15])
		v1, v6, v11, v12 = mix(v1, v6, v11, v12, m[w[10]&15], m[w[11]&15])
		v2, v7, v8, v13 = mix(v2, v7, v8, v13, m[w[12]&15], m[w[13]&15])
		v3, v4, v9, v14 = mix(v3, v4, v9, v14, m[w[14]&15], m[w[15]&15])
	}
	return [8]uint32{v0 ^ v8, v1 ^ v9, v2 ^ v10, v3 ^ v11, v4 ^ v12, v5 ^ v13, v6 ^ v14, v7 ^ v15}
}

func mix(a, b, c, d, x, y uint32) (uint32, uint32, uint32, uint32) {
	a += b + x
	d = bits.RotateLeft32(d^a, -16)
	c += d
	b = bits.RotateLeft32(b^c, -12)
	a += b + y
	d = bits.RotateLeft32(d^a, -8)
	c += d
	return a, bits.RotateLeft32(b^c, -7), c, d
}

// blake3Words are the numbers of the message's words in the order in which each
// round takes them.
var blake3Words = [7][16]uint8{
	{0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15},
	{2, 6, 3, 10, 7, 0, 4, 13, 1, 11, 12, 5, 9, 14, 15, 8},
	{3, 4, 10, 12, 13, 2, 7, 14, 6, 5, 9, 0, 11, 15, 8, 1},
	{10, 7, 12, 9, 14, 3, 13, 15, 4, 0, 11, 2, 5, 8, 1, 6},
	{12, 13, 9, 11, 15, 10, 14, 8, 7, 2, 5, 3, 0, 1, 6, 4},
	{9, 14, 11, 5, 8, 12, 15, 1, 13, 3, 0, 10, 2, 6, 4, 7},
	{11, 15, 5, 0, 1, 9, 8, 6, 14, 10, 2, 12, 3, 4, 7, 13},
}
