package store

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
	"golang.org/x/sys/unix"
)

// Import adds the tree at info.Path from its NAR, which is all of r. The hash
// and the size of the NAR must be those of info, else the error is a *HashError;
// what info refers to must be valid, else it is a *ReferenceError; a content
// address must be the path's and the tree's, else it is an *AddressError. A NAR
// without a noted size may have any. After an error nothing is valid that was
// not.
//
// If the path is valid already nothing is read. Who vouches for info is the
// caller's to know: signatures are stored, not checked. The path and what it
// refers to are temporary roots until the store is closed.
func (s *Store) Import(ctx context.Context, info Info, r io.Reader) error {
	return s.ImportAll(ctx, []Info{info}, func(_ context.Context, _ storepath.Path, sink func(io.Reader) error) error { return sink(r) })
}

// holdReferences makes temporary roots of what info refers to, and holds that
// all of it is valid.
func (s *Store) holdReferences(ctx context.Context, info Info) error {
	others := slices.DeleteFunc(slices.Clone(info.References), func(p storepath.Path) bool { return p == info.Path })
	if len(others) == 0 {
		return nil
	}
	if err := s.addTempRoot(ctx, others...); err != nil {
		return err
	}
	missing, err := s.Missing(ctx, others)
	if err == nil && len(missing) > 0 {
		return &ReferenceError{Path: info.Path, Missing: missing}
	}
	return err
}

// unpackBuffer is the size of the buffer between a NAR and its tree.
const unpackBuffer = 256 << 10

// unpackAs makes the canonical tree of the NAR that is all of r, which must be that
// of info, and returns the size of the NAR. It reads through buf.
func unpackAs(ctx context.Context, info Info, r io.Reader, tree string, buf *bufio.Reader) (int64, error) {
	in := &source{ctx: ctx, r: r, limit: info.NarSize}
	buf.Reset(in)
	archive := nar.NewReader(buf)
	hash, size, err := nar.Unpack(archive, tree)
	if err == nil {
		err = archive.End()
	}
	wrong := &HashError{Name: info.Path.Base(), Want: info.NarHash, WantSize: info.NarSize}
	switch {
	case in.tooLong:
		wrong.Got, wrong.GotSize = info.NarHash, in.size
		return 0, wrong
	case err != nil:
		return 0, fmt.Errorf("%s: %w", info.Path.Base(), err)
	case hash != info.NarHash, info.NarSize != 0 && size != info.NarSize:
		wrong.Got, wrong.GotSize = hash, size
		return 0, wrong
	}
	return size, nil
}

// unpack is unpackAs to a temporary directory.
func (s *Store) unpack(ctx context.Context, info Info, r io.Reader) (*newTree, error) {
	return s.unpackTemp(ctx, func(tree string) (nixhash.Hash, int64, error) {
		size, err := unpackAs(ctx, info, r, tree, bufio.NewReaderSize(nil, unpackBuffer))
		return info.NarHash, size, err
	})
}

// unpackNext makes the canonical tree of the NAR that r is at the begin of, and
// leaves what follows.
func (s *Store) unpackNext(ctx context.Context, r *nar.Reader) (*newTree, error) {
	return s.unpackTemp(ctx, func(tree string) (nixhash.Hash, int64, error) { return nar.Unpack(r, tree) })
}

// unpackTemp has a tree made in a temporary directory, canonical but for
// attributes that the directory gives it.
func (s *Store) unpackTemp(ctx context.Context, unpack func(tree string) (nixhash.Hash, int64, error)) (_ *newTree, err error) {
	temp, err := s.newTemp()
	if err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			temp.remove()
		}
	}()
	t := &newTree{tempDir: temp, tree: filepath.Join(temp.path, "tree")}
	if t.hash, t.size, err = unpack(t.tree); err != nil {
		return nil, err
	}
	if n, _ := unix.Llistxattr(temp.path, nil); n > 0 {
		err = canonicalise(ctx, t.tree)
	}
	return t, err
}

// source is what a NAR is read from. It ends when its context does, or after
// limit bytes.
type source struct {
	ctx     context.Context
	r       io.Reader
	size    int64 // bytes read
	limit   int64 // 0 is none
	tooLong bool  // there was more than limit
}

func (s *source) Read(p []byte) (int, error) {
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	n, err := s.r.Read(p)
	s.size += int64(n)
	if s.limit > 0 && s.size > s.limit {
		s.tooLong = true
		return 0, io.ErrUnexpectedEOF
	}
	return n, err
}

// Nar calls sink with the NAR of the tree at p. The tree is compared with what
// the store knows of it while it is read: the error is a *HashError if it is
// another one by now, which sink may notice too late. What sink leaves unread is
// read all the same.
func (s *Store) Nar(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error {
	info, err := s.Hold(ctx, p)
	if err != nil {
		return err
	}
	r, w := io.Pipe()
	sum := nixhash.NewHasher(nixhash.SHA256)
	go func() { w.CloseWithError(nar.Dump(&stoppable{ctx, io.MultiWriter(sum, w)}, s.Real(p))) }()
	defer r.Close()
	if err := sink(r); err != nil {
		return err
	}
	if _, err := io.Copy(io.Discard, r); err != nil {
		return s.explain(err)
	}
	got := sum.Sum()
	if got != info.NarHash || info.NarSize != 0 && sum.Size() != info.NarSize {
		return &HashError{Name: p.Base(), Want: info.NarHash, Got: got, WantSize: info.NarSize, GotSize: sum.Size()}
	}
	return nil
}

// stoppable is a writer that a context ends.
type stoppable struct {
	ctx context.Context
	w   io.Writer
}

func (s *stoppable) Write(p []byte) (int, error) {
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	return s.w.Write(p)
}

// hashTree returns the SHA-256 and the size of the NAR of the tree at path.
func hashTree(ctx context.Context, path string) (nixhash.Hash, int64, error) {
	sum := nixhash.NewHasher(nixhash.SHA256)
	if err := nar.Dump(&stoppable{ctx, sum}, path); err != nil {
		return nixhash.Hash{}, 0, err
	}
	return sum.Sum(), sum.Size(), nil
}

// A ReferenceError says that a path cannot be valid because it refers to others
// that are not.
type ReferenceError struct {
	Path    storepath.Path
	Missing []storepath.Path
}

func (e *ReferenceError) Error() string {
	more := ""
	if n := len(e.Missing) - 1; n > 0 {
		more = fmt.Sprintf(" (and %d more)", n)
	}
	return fmt.Sprintf("%s refers to %s%s, which the store does not have", e.Path.Base(), e.Missing[0].Base(), more)
}

// Hint returns what to do next.
func (e *ReferenceError) Hint() string {
	return "Add what it refers to first; a closure that is copied or exported as a whole has it."
}
