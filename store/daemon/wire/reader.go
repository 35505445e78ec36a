package wire

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"slices"
)

// bufferSize is that of a Reader and of a Writer, in bytes.
const bufferSize = 64 << 10

// chunk is how many bytes of a string there is room for before they have come.
const chunk = 64 << 10

// Reader reads values. After an error it returns zero values.
type Reader struct {
	br    *bufio.Reader
	allow int64 // bytes that may still be kept
	small [8]byte
	err   error
}

// NewReader returns a reader from r that may keep nothing yet.
func NewReader(r io.Reader) *Reader { return &Reader{br: bufio.NewReaderSize(r, bufferSize)} }

// Allow sets how many bytes the values read from now on may have together.
func (r *Reader) Allow(bytes int64) { r.allow = bytes }

// Err returns the first error. It is io.ErrUnexpectedEOF if the source ended.
func (r *Reader) Err() error { return r.err }

// Fail makes err the error, unless there was one before or err is nil.
func (r *Reader) Fail(err error) {
	if r.err == nil {
		r.err = err
	}
}

// U64 reads a number.
func (r *Reader) U64() uint64 {
	if !r.charge(8) || !r.full(r.small[:]) {
		return 0
	}
	return binary.LittleEndian.Uint64(r.small[:])
}

// Peek returns the number that comes next, and leaves it there.
func (r *Reader) Peek() uint64 {
	if r.err != nil {
		return 0
	}
	p, err := r.br.Peek(8)
	if err != nil {
		r.Fail(unexpected(err))
		return 0
	}
	return binary.LittleEndian.Uint64(p)
}

// Int reads a number that must not be above most.
func (r *Reader) Int(most int64) int64 {
	n := r.U64()
	if n > uint64(most) {
		r.Fail(fmt.Errorf("the number %d, and %d is the most", n, most))
		return 0
	}
	return int64(n)
}

// Size reads a number of bytes or seconds.
func (r *Reader) Size() int64 { return r.Int(math.MaxInt64) }

// Bool reads a bool. Like Nix it takes any number but 0 for true.
func (r *Reader) Bool() bool { return r.U64() != 0 }

// Text reads a string.
func (r *Reader) Text() string {
	n := r.U64()
	if !r.charge(n) {
		return ""
	}
	var text []byte
	for left := int(n); left > 0; {
		piece := min(left, chunk)
		text = slices.Grow(text, piece)[:len(text)+piece]
		if !r.full(text[len(text)-piece:]) {
			return ""
		}
		left -= piece
	}
	if !r.padding(n) {
		return ""
	}
	return string(text)
}

// Count reads the length of a list whose elements have at least least bytes.
func (r *Reader) Count(least int64) int {
	n := r.U64()
	if r.err == nil && n > uint64(r.allow/least) {
		r.tooMuch(n)
		return 0
	}
	return int(n)
}

// Strings reads a list of strings.
func (r *Reader) Strings() []string {
	n := r.Count(8)
	var list []string
	for range n {
		s := r.Text()
		if r.err != nil {
			return nil
		}
		list = append(list, s)
	}
	return list
}

// Read reads bytes that are not kept, and so not counted by [Reader.Allow].
func (r *Reader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.br.Read(p)
	if err != nil {
		r.Fail(unexpected(err))
	}
	return n, r.err
}

// Buffered returns what has come and was not read yet.
func (r *Reader) Buffered() []byte {
	p, _ := r.br.Peek(r.br.Buffered())
	return p
}

// padding reads the zeros that follow n bytes.
func (r *Reader) padding(n uint64) bool {
	pad := r.small[:-n&7]
	if !r.full(pad) {
		return false
	}
	for _, b := range pad {
		if b != 0 {
			r.Fail(fmt.Errorf("a string of %d bytes is padded with %q, not with zeros", n, pad))
		}
	}
	return r.err == nil
}

func (r *Reader) full(p []byte) bool {
	if r.err != nil {
		return false
	}
	if _, err := io.ReadFull(r.br, p); err != nil {
		r.Fail(unexpected(err))
	}
	return r.err == nil
}

// charge takes n bytes from what may be kept.
func (r *Reader) charge(n uint64) bool {
	if r.err == nil && n > uint64(r.allow) {
		r.tooMuch(n)
	}
	if r.err != nil {
		return false
	}
	r.allow -= int64(n)
	return true
}

func (r *Reader) tooMuch(n uint64) {
	r.Fail(fmt.Errorf("a length of %d where at most %d bytes may follow", n, r.allow))
}

func unexpected(err error) error {
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	return err
}
