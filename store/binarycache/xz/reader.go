package xz

import (
	"bufio"
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"hash/crc32"
	"hash/crc64"
	"io"
)

// ErrFilter says that a stream was filtered before it was compressed, or is
// compressed by something else than LZMA2.
var ErrFilter = errors.New("xz: a filter that is not known")

// errMemory is for dictionaries beyond the limit.
var errMemory = errors.New("xz: the dictionary is larger than is allowed")

var (
	headMagic = []byte("\xfd7zXZ\x00")
	footMagic = []byte("YZ")
)

// Reader decodes. It may be used again by Reset, which spares its window.
type Reader struct {
	r    *bufio.Reader
	most int // bytes of dictionary that are allowed
	d    decoder
	err  error

	flags  [2]byte // of the stream
	block  bool    // within a block
	chunk  []byte  // what was decoded and not yet read
	check  hash.Hash
	head   int64     // size of the block's header
	packed int64     // bytes of the block's data, compressed
	plain  int64     // the same, uncompressed
	sizes  [2]int64  // what the header says of them; -1: nothing
	index  hash.Hash // of the sizes of the stream's blocks
	blocks int64
}

// NewReader returns a reader of the .xz file r, whose dictionaries may have most
// bytes.
func NewReader(r io.Reader, most int) *Reader {
	x := &Reader{most: most}
	x.Reset(r)
	return x
}

// Reset makes x read another file.
func (x *Reader) Reset(r io.Reader) {
	br, ok := r.(*bufio.Reader)
	if !ok {
		br = bufio.NewReaderSize(r, 64<<10)
	}
	x.r, x.block, x.chunk = br, false, nil
	x.err = x.stream()
}

// Read implements io.Reader.
func (x *Reader) Read(p []byte) (int, error) {
	for len(x.chunk) == 0 {
		if x.err != nil {
			return 0, x.err
		}
		if x.err = x.advance(); x.err != nil && len(x.chunk) == 0 {
			return 0, x.err
		}
	}
	n := copy(p, x.chunk)
	x.chunk = x.chunk[n:]
	return n, nil
}

// advance decodes a chunk, or reads what stands between chunks.
func (x *Reader) advance() error {
	if !x.block {
		return x.between()
	}
	chunk, err := x.d.next(x.r, &x.packed)
	if err == io.EOF {
		return x.endBlock()
	}
	if err != nil {
		return err
	}
	x.check.Write(chunk) //nolint:errcheck // a hash takes everything
	x.plain += int64(len(chunk))
	x.chunk = chunk
	return nil
}

// stream reads a stream's header.
func (x *Reader) stream() error {
	var head [12]byte
	if _, err := io.ReadFull(x.r, head[:]); err != nil {
		return cut(err)
	}
	if !bytes.Equal(head[:6], headMagic) {
		return errors.New("xz: not an .xz file")
	}
	if binary.LittleEndian.Uint32(head[8:]) != crc32.ChecksumIEEE(head[6:8]) {
		return errCorrupt
	}
	x.flags = [2]byte(head[6:8])
	switch {
	case x.flags == [2]byte{0, 0}:
		x.check = nothing{}
	case x.flags == [2]byte{0, 1}:
		x.check = crc32.NewIEEE()
	case x.flags == [2]byte{0, 4}:
		x.check = crc64.New(crc64.MakeTable(crc64.ECMA))
	case x.flags == [2]byte{0, 10}:
		x.check = sha256.New()
	default:
		return fmt.Errorf("xz: a check of kind %#x that is not known", x.flags)
	}
	x.index, x.blocks = sha256.New(), 0
	return nil
}

// between reads what follows a block or a stream's header: a block's header, or
// the index.
func (x *Reader) between() error {
	size, err := x.r.ReadByte()
	if err != nil {
		return cut(err)
	}
	if size == 0 {
		return x.endStream()
	}
	head := make([]byte, (int(size)+1)*4)
	head[0] = size
	if _, err := io.ReadFull(x.r, head[1:]); err != nil {
		return cut(err)
	}
	body := head[:len(head)-4]
	if binary.LittleEndian.Uint32(head[len(body):]) != crc32.ChecksumIEEE(body) {
		return errCorrupt
	}
	return x.beginBlock(body)
}

func (x *Reader) beginBlock(head []byte) error {
	flags, rest := head[1], head[2:]
	if flags&0x3c != 0 {
		return errCorrupt
	}
	x.sizes = [2]int64{-1, -1}
	for i := range x.sizes {
		if flags&(0x40<<i) == 0 {
			continue
		}
		n, used := binary.Uvarint(rest)
		if used <= 0 || n > 1<<62 {
			return errCorrupt
		}
		x.sizes[i], rest = int64(n), rest[used:]
	}
	if flags&3 != 0 || len(rest) < 3 || rest[0] != 0x21 {
		return ErrFilter
	}
	dict := rest[2]
	if rest[1] != 1 || dict > 40 {
		return errCorrupt
	}
	for _, b := range rest[3:] {
		if b != 0 {
			return errCorrupt
		}
	}
	size := int64(2|dict&1) << (dict/2 + 11)
	if size > int64(x.most) {
		return errMemory
	}
	x.d.begin(int(size))
	x.check.Reset()
	x.block, x.head, x.packed, x.plain = true, int64(len(head)+4), 0, 0
	return nil
}

// endBlock compares a block with its checksum.
func (x *Reader) endBlock() error {
	if x.sizes[0] >= 0 && x.sizes[0] != x.packed || x.sizes[1] >= 0 && x.sizes[1] != x.plain {
		return errCorrupt
	}
	if err := x.padding(x.packed); err != nil {
		return err
	}
	sum := x.check.Sum(nil)
	if len(sum) < 16 { // CRCs are written lowest byte first
		for i := range len(sum) / 2 {
			sum[i], sum[len(sum)-1-i] = sum[len(sum)-1-i], sum[i]
		}
	}
	got := make([]byte, len(sum))
	if _, err := io.ReadFull(x.r, got); err != nil {
		return cut(err)
	}
	if !bytes.Equal(sum, got) {
		return errCorrupt
	}
	x.block = false
	x.blocks++
	note(x.index, x.head+x.packed+int64(len(sum)), x.plain)
	return nil
}

// note adds the sizes of a block.
func note(index hash.Hash, packed, plain int64) {
	var b [16]byte
	binary.LittleEndian.PutUint64(b[:], uint64(packed))
	binary.LittleEndian.PutUint64(b[8:], uint64(plain))
	index.Write(b[:]) //nolint:errcheck // a hash takes everything
}

// padding reads the zeros that follow n bytes, up to a multiple of four.
func (x *Reader) padding(n int64) error {
	for ; n%4 != 0; n++ {
		if b, err := x.r.ReadByte(); err != nil {
			return cut(err)
		} else if b != 0 {
			return errCorrupt
		}
	}
	return nil
}

// nothing is the check of streams that have none.
type nothing struct{}

func (nothing) Write(p []byte) (int, error) { return len(p), nil }
func (nothing) Sum(b []byte) []byte         { return b }
func (nothing) Reset()                      {}
func (nothing) Size() int                   { return 0 }
func (nothing) BlockSize() int              { return 1 }
