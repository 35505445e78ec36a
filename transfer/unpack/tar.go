package unpack

import (
	"archive/tar"
	"context"
	"errors"
	"fmt"
	"io"
)

// Tree unpacks the tar archive in r, of any format but zip, below dest/Into,
// which must be empty or absent; on failure it is that again. r is read to its
// end, and not after Tree has returned. A cancelled context ends Tree with the
// context's cause, as soon as a read in progress returns.
//
// Errors: EntryError, FormatError, DiskFullError, what r or the file system
// fails with.
func Tree(ctx context.Context, r io.Reader, format Format, dest string, opt Options) error {
	t, err := newTree(dest, opt)
	if err != nil {
		return err
	}
	src := &source{r: r, n: &t.limits.in}
	tarball, stop := ahead(ctx, src, format)
	err = t.readTar(ctx, tarball)
	stop()
	if err == nil && t.limits.in.Load() == 0 {
		err = &readError{errors.New("it is empty")}
	}
	return t.finish(blame(ctx, src, format, err))
}

// blame tells a damaged archive from one that could not be read, or no more.
func blame(ctx context.Context, src *source, format Format, err error) error {
	var damaged *readError
	switch {
	case !errors.As(err, &damaged):
		return err
	case ctx.Err() != nil:
		return context.Cause(ctx)
	case src.err != nil:
		return src.err
	}
	return &FormatError{Format: format, Err: damaged.err}
}

func (t *tree) readTar(ctx context.Context, tarball io.Reader) error {
	buf := make([]byte, bufferSize)
	entries := tar.NewReader(tarball)
	for {
		h, err := entries.Next()
		if err == io.EOF {
			break
		}
		if err != nil && !errors.Is(err, tar.ErrInsecurePath) { // we judge names ourselves
			return &readError{err}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err := t.addTarEntry(ctx, h, entries, buf); err != nil {
			return err
		}
	}
	// What follows the end is padding. It is read for the sake of the
	// compression's checksum, and counts as content: no bomb hides there.
	for {
		n, err := tarball.Read(buf)
		if err := t.limits.grow("(after the end)", int64(n)); err != nil {
			return err
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &readError{err}
		}
	}
}

func (t *tree) addTarEntry(ctx context.Context, h *tar.Header, content io.Reader, buf []byte) error {
	if h.Typeflag == tar.TypeXGlobalHeader {
		return nil
	}
	if t.opt.Modified != nil {
		t.opt.Modified(h.ModTime)
	}
	name, ok, err := t.opt.place(h.Name)
	if err != nil || !ok {
		return err
	}
	switch h.Typeflag {
	case tar.TypeDir:
		return t.addDir(h.Name, name)
	case tar.TypeReg, tar.TypeGNUSparse:
		f, err := t.create(h.Name, name, h.Mode&0o100 != 0)
		if err != nil {
			return err
		}
		return t.fill(ctx, h.Name, f, content, buf)
	case tar.TypeSymlink:
		return t.addSymlink(h.Name, name, h.Linkname)
	case tar.TypeLink:
		target, ok, err := t.opt.place(h.Linkname)
		if err == nil && !ok {
			err = &EntryError{Name: h.Name, Fact: "is a hard link to " + h.Linkname + ", which is left out"}
		}
		if err != nil {
			return err
		}
		return t.addHardLink(h.Name, name, target)
	}
	return &EntryError{Name: h.Name, Fact: "is " + tarKind(h.Typeflag) + ", which no tree may have"}
}

func tarKind(flag byte) string {
	switch flag {
	case tar.TypeChar, tar.TypeBlock:
		return "a device"
	case tar.TypeFifo:
		return "a pipe"
	}
	return fmt.Sprintf("of the unknown type %q", flag)
}
