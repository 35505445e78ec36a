package nar

import (
	"encoding/binary"
	"sync"
)

// chunkSize is the size of the buffers that archives pass through.
const chunkSize = 256 << 10

// chunks holds buffers of chunkSize that are not in use.
var chunks = sync.Pool{New: func() any { return new([chunkSize]byte) }}

// encoder writes the words of an archive into a buffer and passes it on when it
// is full. After an error it writes no more; finish returns the error.
type encoder struct {
	buf  []byte                            // what is not yet passed on; its capacity is fixed
	pass func(full []byte) ([]byte, error) // takes a buffer, returns an empty one
	size int64                             // bytes passed on
	err  error
}

// newEncoder returns an encoder that gives its buffers to pass.
func newEncoder(pass func(full []byte) ([]byte, error)) *encoder {
	return &encoder{buf: newChunk(), pass: pass}
}

// newChunk returns an empty buffer with room for chunkSize bytes.
func newChunk() []byte { return chunks.Get().(*[chunkSize]byte)[:0] }

// freeChunk takes back a buffer that newChunk returned.
func freeChunk(buf []byte) { chunks.Put((*[chunkSize]byte)(buf[:chunkSize])) }

// free returns the part of the buffer that is not yet used, which has at least
// n bytes or else all of the buffer's.
func (e *encoder) free(n int64) []byte {
	if int64(cap(e.buf)-len(e.buf)) < min(n, int64(cap(e.buf))) {
		e.flush()
	}
	return e.buf[len(e.buf):cap(e.buf)]
}

// advance appends the first n bytes of what free returned.
func (e *encoder) advance(n int) { e.buf = e.buf[:len(e.buf)+n] }

// raw appends s as it is.
func (e *encoder) raw(s string) {
	for len(s) > 0 && e.err == nil {
		n := copy(e.free(int64(len(s))), s)
		e.advance(n)
		s = s[n:]
	}
}

// bytes appends p as it is.
func (e *encoder) bytes(p []byte) {
	for len(p) > 0 && e.err == nil {
		n := copy(e.free(int64(len(p))), p)
		e.advance(n)
		p = p[n:]
	}
}

func (e *encoder) number(n uint64) {
	binary.LittleEndian.PutUint64(e.free(8), n)
	e.advance(8)
}

func (e *encoder) str(s string) {
	e.number(uint64(len(s)))
	e.raw(s)
	e.raw(zeros[:padding(uint64(len(s)))])
}

// regular begins a regular file; its contents and endRegular follow.
func (e *encoder) regular(executable bool, size int64) {
	e.raw(wOpen + wType + wRegular)
	if executable {
		e.raw(wExecutable + wEmpty)
	}
	e.raw(wContents)
	e.number(uint64(size))
}

func (e *encoder) endRegular(size int64) {
	e.raw(zeros[:padding(uint64(size))])
	e.raw(wClose)
}

func (e *encoder) symlink(target string) {
	e.raw(wOpen + wType + wSymlink + wTarget)
	e.str(target)
	e.raw(wClose)
}

// directory begins a directory; its entries and endDirectory follow.
func (e *encoder) directory() { e.raw(wOpen + wType + wDirectory) }

func (e *encoder) endDirectory() { e.raw(wClose) }

// entry begins an entry of a directory; a node and endEntry follow.
func (e *encoder) entry(name string) {
	e.raw(wEntry + wOpen + wName)
	e.str(name)
	e.raw(wNode)
}

func (e *encoder) endEntry() { e.raw(wClose) }

// flush passes on what is in the buffer. The buffer is empty then, error or not.
func (e *encoder) flush() {
	if e.err == nil && len(e.buf) > 0 {
		e.size += int64(len(e.buf))
		e.buf, e.err = e.pass(e.buf)
	}
	e.buf = e.buf[:0]
}

// finish flushes, gives the buffer back, and returns the first error. The
// encoder must not be used afterwards.
func (e *encoder) finish() error {
	e.flush()
	freeChunk(e.buf)
	e.buf = nil
	return e.err
}
