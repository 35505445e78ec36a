package xz

import (
	"bytes"
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"hash/crc32"
	"io"
)

// endStream reads the index, whose first byte was read, and the footer, and then
// the next stream's header, if there is a next one.
func (x *Reader) endStream() error {
	i := &indexReader{x: x, crc: crc32.NewIEEE(), size: 1}
	i.crc.Write([]byte{0}) //nolint:errcheck // a hash takes everything
	if n, err := i.number(); err != nil || n != x.blocks {
		return firstOf(err, errCorrupt)
	}
	again := sha256.New()
	for range x.blocks {
		packed, err := i.number()
		if err != nil {
			return err
		}
		plain, err := i.number()
		if err != nil {
			return err
		}
		note(again, packed, plain)
	}
	if !bytes.Equal(again.Sum(nil), x.index.Sum(nil)) {
		return errCorrupt
	}
	for i.size%4 != 0 {
		if b, err := i.ReadByte(); err != nil || b != 0 {
			return firstOf(err, errCorrupt)
		}
	}
	var tail [16]byte // the index's CRC32, then the footer
	if _, err := io.ReadFull(x.r, tail[:]); err != nil {
		return cut(err)
	}
	foot := tail[4:]
	switch {
	case binary.LittleEndian.Uint32(tail[:]) != i.crc.Sum32(),
		binary.LittleEndian.Uint32(foot) != crc32.ChecksumIEEE(foot[4:10]),
		(int64(binary.LittleEndian.Uint32(foot[4:]))+1)*4 != i.size+4,
		[2]byte(foot[8:10]) != x.flags, !bytes.Equal(foot[10:], footMagic):
		return errCorrupt
	}
	return x.follow()
}

// follow reads the padding after a stream, in fours, and what comes then.
func (x *Reader) follow() error {
	for n := 0; ; n++ {
		b, err := x.r.Peek(1)
		switch {
		case err == io.EOF && n%4 == 0:
			return io.EOF
		case err != nil:
			return cut(err)
		case b[0] == 0:
			x.r.Discard(1) //nolint:errcheck // it was peeked at
		case n%4 != 0:
			return errCorrupt
		default:
			return x.stream()
		}
	}
}

// indexReader reads the numbers of an index, and hashes and counts its bytes.
type indexReader struct {
	x    *Reader
	crc  hash.Hash32
	size int64
}

func (i *indexReader) ReadByte() (byte, error) {
	b, err := i.x.r.ReadByte()
	if err != nil {
		return 0, cut(err)
	}
	i.crc.Write([]byte{b}) //nolint:errcheck // a hash takes everything
	i.size++
	return b, nil
}

func (i *indexReader) number() (int64, error) {
	n, err := binary.ReadUvarint(i)
	if err == nil && n > 1<<62 {
		err = errCorrupt
	}
	return int64(n), err
}

func firstOf(err, other error) error {
	if err != nil {
		return err
	}
	return other
}
