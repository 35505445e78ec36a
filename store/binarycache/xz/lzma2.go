package xz

import (
	"bufio"
	"encoding/binary"
	"io"
)

const (
	maxPacked = 1 << 16 // bytes in a chunk, compressed
	maxChunk  = 1 << 21 // bytes in a chunk, uncompressed
	slack     = 64      // more than one symbol takes of the input
)

// begin prepares the decoder for a block whose dictionary has size bytes.
func (d *decoder) begin(size int) {
	d.dict = size
	d.pos, d.low, d.gap = 0, 0, 0
	d.needDict, d.needProps = true, true
}

// room makes room for n bytes in the window. It grows with what is decoded, so
// that a small file needs a small one whatever its dictionary. When it has twice
// the dictionary's length, what is older than the dictionary goes.
func (d *decoder) room(n int) {
	need, full := d.pos+n, 2*d.dict+2*maxChunk
	if need <= len(d.out) {
		return
	}
	if need <= full {
		grown := make([]byte, min(max(need, 2*len(d.out), 1<<16), full))
		copy(grown, d.out[:d.pos])
		d.out = grown
		return
	}
	old := d.pos - d.dict
	copy(d.out, d.out[old:d.pos])
	d.pos -= old
	d.gap += old
	d.low = max(0, d.low-old)
}

// next decodes the next chunk and returns it: it is good until the next call. The
// error is io.EOF after the last. It counts in size what it read.
func (d *decoder) next(r *bufio.Reader, size *int64) ([]byte, error) {
	control, err := r.ReadByte()
	if err != nil {
		return nil, cut(err)
	}
	*size++
	switch {
	case control == 0:
		return nil, io.EOF
	case control == 1 || control >= 0xe0:
		d.needDict = false
		d.low, d.gap = d.pos, -d.pos
	case d.needDict:
		return nil, errCorrupt
	}
	if control < 0x80 {
		if control > 2 {
			return nil, errCorrupt
		}
		return d.plain(r, size)
	}
	return d.packed(r, control, size)
}

// plain reads a chunk that is not compressed.
func (d *decoder) plain(r *bufio.Reader, size *int64) ([]byte, error) {
	var head [2]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, cut(err)
	}
	n := int(binary.BigEndian.Uint16(head[:])) + 1
	*size += int64(2 + n)
	d.room(n)
	if _, err := io.ReadFull(r, d.out[d.pos:d.pos+n]); err != nil {
		return nil, cut(err)
	}
	d.pos += n
	return d.out[d.pos-n : d.pos], nil
}

// packed reads a chunk of LZMA.
func (d *decoder) packed(r *bufio.Reader, control byte, size *int64) ([]byte, error) {
	var head [4]byte
	if _, err := io.ReadFull(r, head[:]); err != nil {
		return nil, cut(err)
	}
	n := int(control&0x1f)<<16 + int(binary.BigEndian.Uint16(head[:])) + 1
	packed := int(binary.BigEndian.Uint16(head[2:])) + 1
	*size += int64(4 + packed)
	switch {
	case control >= 0xc0:
		props, err := r.ReadByte()
		if err != nil {
			return nil, cut(err)
		}
		*size++
		if !d.setProps(uint(props)) {
			return nil, errCorrupt
		}
		d.needProps = false
		d.resetState()
	case d.needProps:
		return nil, errCorrupt
	case control >= 0xa0:
		d.resetState()
	}
	if packed < 5 {
		return nil, errCorrupt
	}
	if d.buffer == nil {
		d.buffer = make([]byte, maxPacked+slack)
	}
	d.in = d.buffer[:packed+slack]
	clear(d.in[packed:])
	if _, err := io.ReadFull(r, d.in[:packed]); err != nil {
		return nil, cut(err)
	}
	d.room(n)
	if err := d.chunk(n); err != nil {
		return nil, err
	}
	return d.out[d.pos-n : d.pos], nil
}

// setProps takes the byte that has lc, lp and pb.
func (d *decoder) setProps(b uint) bool {
	if b >= 9*5*5 {
		return false
	}
	d.lc, d.lp, d.pb = b%9, b/9%5, b/45
	return d.lc+d.lp <= 4
}

// cut makes an end where none may be an error.
func cut(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
