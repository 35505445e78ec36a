package nar

import "io"

// pipeline writes buffers to a writer in a goroutine of its own, so that the
// tree is read while the archive is hashed or sent. What fits one buffer, as most
// archives do, is written without.
type pipeline struct {
	w     io.Writer
	first []byte // until there is a second
	full  chan []byte
	done  chan result
}

// result is a buffer that was written, or not.
type result struct {
	buf []byte
	err error
}

// buffersInPipeline beside the one that the encoder fills.
const buffersInPipeline = 2

// newPipeline returns a pipeline to w. It must be closed.
func newPipeline(w io.Writer) *pipeline { return &pipeline{w: w} }

// start sends the first buffer on its way.
func (p *pipeline) start() {
	p.full, p.done = make(chan []byte, buffersInPipeline), make(chan result, buffersInPipeline+1)
	p.full <- p.first
	for range buffersInPipeline - 1 {
		p.done <- result{buf: newChunk()}
	}
	go p.run(p.w)
}

func (p *pipeline) run(w io.Writer) {
	defer close(p.done)
	var err error
	for buf := range p.full {
		if err == nil {
			_, err = w.Write(buf)
		}
		p.done <- result{buf[:0], err}
	}
}

// pass hands over a buffer to write and returns an empty one, with the error of
// a write before.
func (p *pipeline) pass(full []byte) ([]byte, error) {
	switch {
	case p.first == nil:
		p.first = full
		return newChunk(), nil
	case p.full == nil:
		p.start()
	}
	p.full <- full
	r := <-p.done
	return r.buf, r.err
}

// close waits until all is written and returns the error of the last write.
func (p *pipeline) close() (err error) {
	switch {
	case p.first == nil:
		return nil
	case p.full == nil:
		_, err = p.w.Write(p.first)
		freeChunk(p.first)
		return err
	}
	close(p.full)
	for r := range p.done {
		freeChunk(r.buf)
		if r.err != nil {
			err = r.err
		}
	}
	return err
}
