package unpack

import (
	"fmt"
	"io"
	"sync/atomic"
)

const (
	// maxRatio bounds how much larger than its archive a tree may be. Real
	// toolchains are below 10, their most repetitive single files below 100.
	maxRatio = 200
	// freeBytes may be written before the ratio counts.
	freeBytes = 64 << 20
)

// limits counts what goes in and what comes out.
type limits struct {
	maxBytes, maxFiles int64
	in, out, files     atomic.Int64
}

// source is the archive as it is read: it counts, and remembers an error of
// its own, which is not to be taken for damage to the archive.
type source struct {
	r   io.Reader
	n   *atomic.Int64
	err error
}

func (s *source) Read(p []byte) (int, error) {
	n, err := s.r.Read(p)
	s.n.Add(int64(n))
	if err != nil && err != io.EOF {
		s.err = err
	}
	return n, err
}

// grow takes note of n bytes that came out of the archive, in entry name.
func (l *limits) grow(name string, n int64) error {
	out := l.out.Add(n)
	switch {
	case out > l.maxBytes:
		return &EntryError{Name: name, Fact: fmt.Sprintf("makes the tree larger than %d bytes", l.maxBytes)}
	case out > freeBytes && out/maxRatio > l.in.Load():
		return &EntryError{Name: name, Fact: fmt.Sprintf("makes the tree more than %d times as large as the archive", maxRatio)}
	}
	return nil
}

// count takes note of one more entry.
func (l *limits) count(name string) error {
	if l.files.Add(1) > l.maxFiles {
		return &EntryError{Name: name, Fact: fmt.Sprintf("is one more than the %d that are allowed", l.maxFiles)}
	}
	return nil
}
