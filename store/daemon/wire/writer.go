package wire

import (
	"bufio"
	"encoding/binary"
	"io"
)

// Writer writes values to a buffer. After an error it writes nothing.
type Writer struct {
	bw    *bufio.Writer
	small [8]byte
	err   error
}

// NewWriter returns a writer to w, which must be flushed.
func NewWriter(w io.Writer) *Writer { return &Writer{bw: bufio.NewWriterSize(w, bufferSize)} }

// Err returns the first error.
func (w *Writer) Err() error { return w.err }

// Fail makes err the error, unless there was one before or err is nil.
func (w *Writer) Fail(err error) {
	if w.err == nil {
		w.err = err
	}
}

// U64 writes a number.
func (w *Writer) U64(n uint64) {
	binary.LittleEndian.PutUint64(w.small[:], n)
	w.raw(w.small[:])
}

// Bool writes a bool.
func (w *Writer) Bool(b bool) {
	if b {
		w.U64(1)
	} else {
		w.U64(0)
	}
}

// Text writes a string.
func (w *Writer) Text(s string) {
	w.U64(uint64(len(s)))
	if w.err != nil {
		return
	}
	_, err := w.bw.WriteString(s)
	w.Fail(err)
	clear(w.small[:])
	w.raw(w.small[:-len(s)&7])
}

// Strings writes a list of strings.
func (w *Writer) Strings(list []string) {
	w.U64(uint64(len(list)))
	for _, s := range list {
		w.Text(s)
	}
}

// Flush sends what is in the buffer.
func (w *Writer) Flush() error {
	if w.err == nil {
		w.err = w.bw.Flush()
	}
	return w.err
}

func (w *Writer) raw(p []byte) {
	if w.err != nil {
		return
	}
	_, err := w.bw.Write(p)
	w.Fail(err)
}
