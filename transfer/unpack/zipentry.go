package unpack

import (
	"archive/zip"
	"bufio"
	"context"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"sync"

	"github.com/klauspost/compress/flate"
)

// addZipEntry makes what an entry stands for; a file is handed on to be filled.
func (t *tree) addZipEntry(ctx context.Context, entry *zip.File, jobs chan<- job) error {
	if fact := zipFault(entry); fact != "" {
		return &EntryError{Name: entry.Name, Fact: fact}
	}
	if t.opt.Modified != nil {
		t.opt.Modified(entry.Modified)
	}
	name, ok, err := t.opt.place(entry.Name)
	if err != nil || !ok {
		return err
	}
	mode := entry.Mode()
	switch {
	case mode.IsDir():
		return t.addDir(entry.Name, name)
	case mode&fs.ModeSymlink != 0:
		target, err := zipLink(entry)
		if err != nil {
			return err
		}
		return t.addSymlink(entry.Name, name, target)
	case !mode.IsRegular():
		return &EntryError{Name: entry.Name, Fact: "is a device or a pipe, which no tree may have"}
	}
	f, err := t.create(entry.Name, name, mode&0o100 != 0)
	if err != nil {
		return err
	}
	select {
	case jobs <- job{entry, f}:
		return nil
	case <-ctx.Done():
		f.Close()
		return context.Cause(ctx)
	}
}

// zipFault says why an entry cannot be read, before it is.
func zipFault(entry *zip.File) string {
	switch {
	case strings.Contains(entry.Name, `\`):
		return "has a backslash in its name, where zip has a slash"
	case entry.Flags&1 != 0:
		return "is encrypted"
	case entry.Method != zip.Store && entry.Method != zip.Deflate:
		return fmt.Sprintf("is compressed by the unknown method %d", entry.Method)
	}
	return ""
}

// zipLink reads the target of a symbolic link, which is the entry's content.
func zipLink(entry *zip.File) (string, error) {
	content, err := entry.Open()
	if err != nil {
		return "", &readError{err}
	}
	defer content.Close()
	target, err := io.ReadAll(io.LimitReader(content, maxName+1))
	if err != nil {
		return "", &readError{err}
	}
	return string(target), nil
}

// newInflaters returns a decompressor for zip.Deflate whose buffers and tables
// are used again for the next entry.
func newInflaters() zip.Decompressor {
	pool := &sync.Pool{}
	return func(r io.Reader) io.ReadCloser {
		f, ok := pool.Get().(*inflater)
		if !ok {
			f = &inflater{pool: pool, in: bufio.NewReaderSize(nil, 64<<10)}
			f.ReadCloser = flate.NewReader(f.in)
		}
		f.in.Reset(r)
		f.ReadCloser.(flate.Resetter).Reset(f.in, nil) //nolint:errcheck // never fails
		return f
	}
}

type inflater struct {
	io.ReadCloser
	in   *bufio.Reader
	pool *sync.Pool
}

func (f *inflater) Close() error {
	f.pool.Put(f)
	return nil
}
