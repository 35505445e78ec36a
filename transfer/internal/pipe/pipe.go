// Package pipe carries bytes in chunks from one goroutine to another, so that
// both work at the same time. Unlike io.Pipe it reads ahead, by a bounded
// number of buffers that go round.
package pipe

import (
	"context"
	"io"
)

const (
	chunkSize  = 128 << 10
	chunkCount = 16 // 2 MiB between the two
)

// Pipe has one sender (Buffer, Send, Finish) and one reader (Read, Drain, Told).
type Pipe struct {
	full, free chan []byte
	made       int
	err        error  // why it ended; set before full is closed
	chunk      []byte // the buffer that is being read
	rest       []byte // what of it is unread
	told       bool
}

// New returns an empty pipe.
func New() *Pipe {
	return &Pipe{full: make(chan []byte, chunkCount), free: make(chan []byte, chunkCount)}
}

// Buffer returns an empty buffer for Send, waiting for the reader when all are
// in use; or the context's cause.
func (p *Pipe) Buffer(ctx context.Context) ([]byte, error) {
	select {
	case b := <-p.free:
		return b[:chunkSize], nil
	default:
	}
	if p.made < chunkCount {
		p.made++
		return make([]byte, chunkSize), nil
	}
	select {
	case b := <-p.free:
		return b[:chunkSize], nil
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
}

// Send hands over a buffer that came from Buffer, cut to its content. It never
// blocks: there are as many places as buffers.
func (p *Pipe) Send(b []byte) { p.full <- b }

// Finish ends the pipe: the reader gets what was sent, then err (nil: io.EOF).
func (p *Pipe) Finish(err error) {
	p.err = err
	close(p.full)
}

// Read implements io.Reader.
func (p *Pipe) Read(b []byte) (int, error) {
	for len(p.rest) == 0 {
		if p.chunk != nil {
			p.free <- p.chunk
			p.chunk = nil
		}
		next, ok := <-p.full
		if !ok {
			if p.err == nil {
				return 0, io.EOF
			}
			p.told = true
			return 0, p.err
		}
		p.chunk, p.rest = next, next
	}
	n := copy(b, p.rest)
	p.rest = p.rest[n:]
	return n, nil
}

// Told reports whether Read has returned the error of Finish.
func (p *Pipe) Told() bool { return p.told }

// Drain throws away what is unread, until the sender finishes.
func (p *Pipe) Drain() {
	p.rest = nil
	for b := range p.full {
		p.free <- b
	}
}
