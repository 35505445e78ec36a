package binarycache

import (
	"context"
	"errors"
	"fmt"
	"io"

	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Nar gives the archive of p to sink, decompressed, while it arrives. It returns
// nil when sink succeeded and the archive was the one that Lookup spoke of, by
// hash and size; what sink leaves unread is read all the same. Sink may be called
// again, and then begins from nothing: when the archive changed on the server
// half-way. The reader that it had before ended with an error.
//
// An archive that is another one is a *NarError. A cache that has p by its
// .narinfo and lacks the archive is a *NarError too.
func (c *Cache) Nar(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error {
	f, err := c.Narinfo(ctx, p)
	if err != nil {
		return err
	}
	err = c.files.stream(ctx, f.URL, archive{f.FileSize, f.FileHash}, func(packed io.Reader) error {
		return unpack(f, packed, sink)
	})
	if isMissing(err) {
		c.forget(ctx, p)
		err = &NarError{Path: p, Fact: "its archive " + f.URL + " is not there", Err: err}
	}
	var bad *NarError
	if errors.As(err, &bad) {
		bad.Cache = c.location.shown
		return err
	}
	return c.named(err)
}

// unpack gives sink what packed holds, and compares that with f.
func unpack(f *narinfo.File, packed io.Reader, sink func(io.Reader) error) error {
	content, err := decompress(f.Compression, packed)
	if err != nil {
		return fmt.Errorf("%s: %w", f.URL, err)
	}
	defer content.Close()
	in := &narReader{content: content, file: f, sum: nixhash.NewHasher(nixhash.SHA256)}
	sinkErr := sink(in)
	if in.err == nil && sinkErr == nil {
		io.Copy(io.Discard, in) //nolint:errcheck // in.err has it
	}
	var bad *NarError
	switch {
	case errors.As(in.err, &bad):
		return bad
	case in.err != nil && in.err != io.EOF:
		return fmt.Errorf("%s: %w", f.URL, in.err)
	}
	return sinkErr
}

// narReader reads a NAR that must be the one that file speaks of: in place of its
// end there is an error if it was another one, and no more than its size is read.
type narReader struct {
	content io.Reader
	file    *narinfo.File
	sum     *nixhash.Hasher
	err     error // io.EOF at the end
}

func (r *narReader) Read(p []byte) (int, error) {
	if r.err != nil {
		return 0, r.err
	}
	n, err := r.content.Read(p)
	r.sum.Write(p[:n])
	switch size := r.sum.Size(); {
	case size > r.file.NarSize:
		n, err = 0, r.bad("it holds more than the %d bytes that its .narinfo speaks of", r.file.NarSize)
	case err == io.EOF && size < r.file.NarSize:
		err = r.bad("it holds %d bytes, its .narinfo speaks of %d", size, r.file.NarSize)
	case err == io.EOF && r.sum.Sum() != r.file.NarHash:
		err = r.bad("its hash is %s, its .narinfo says %s", r.sum.Sum().SRI(), r.file.NarHash.SRI())
	}
	r.err = err
	return n, err
}

func (r *narReader) bad(format string, args ...any) error {
	return &NarError{Path: r.file.Path, Fact: fmt.Sprintf(format, args...)}
}

// A NarError says that a cache's archive is not what its .narinfo says.
type NarError struct {
	Cache string
	Path  storepath.Path
	Fact  string
	Err   error // may be nil
}

func (e *NarError) Error() string {
	return fmt.Sprintf("binary cache %s: the archive of %s is not the one that was promised: %s", e.Cache, e.Path.Base(), e.Fact)
}

// Unwrap returns what went wrong before, if anything did.
func (e *NarError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *NarError) Hint() string {
	return "nothing of it was kept; the cache is damaged or lies: tell who runs it, and use another"
}
