package unpack

import (
	"archive/zip"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"

	"golang.org/x/sync/errgroup"
)

// Zip unpacks the zip archive of size bytes in r below dest/Into, as Tree does.
// Entries are decompressed on all processors; r must allow concurrent reads,
// as os.File does.
func Zip(ctx context.Context, r io.ReaderAt, size int64, dest string, opt Options) error {
	t, err := newTree(dest, opt)
	if err != nil {
		return err
	}
	t.limits.in.Store(size)
	err = t.readZip(ctx, r, size)
	var damaged *readError
	if errors.As(err, &damaged) {
		err = &FormatError{Format: ZipFmt, Err: damaged.err}
	}
	return t.finish(err)
}

// maxSpool bounds the archive itself when it has to lie on disk.
const maxSpool = defaultMaxBytes

// SpoolZip unpacks a zip that arrives as a stream. A zip's directory is at its
// end, so the stream goes to a file in tmpdir first, which nobody sees and
// which is gone whatever happens.
func SpoolZip(ctx context.Context, r io.Reader, tmpdir, dest string, opt Options) error {
	spool, err := os.CreateTemp(tmpdir, "zip-")
	if err != nil {
		return diskFull(tmpdir, err)
	}
	defer spool.Close()
	if err := os.Remove(spool.Name()); err != nil {
		return err
	}
	size, err := io.CopyBuffer(onlyWriter{spool}, io.LimitReader(&cancellable{ctx, r}, maxSpool+1), make([]byte, bufferSize))
	if err != nil {
		return diskFull(tmpdir, err)
	}
	if size > maxSpool {
		return &FormatError{Format: ZipFmt, Err: fmt.Errorf("it is larger than %d bytes", int64(maxSpool))}
	}
	return Zip(ctx, spool, size, dest, opt)
}

// onlyWriter hides a file's ReadFrom, which copies with a buffer of its own.
type onlyWriter struct{ io.Writer }

type cancellable struct {
	ctx context.Context
	r   io.Reader
}

func (c *cancellable) Read(p []byte) (int, error) {
	if c.ctx.Err() != nil {
		return 0, context.Cause(c.ctx)
	}
	return c.r.Read(p)
}

// job is a file that is made and waits for its content.
type job struct {
	entry *zip.File
	file  *os.File
}

func (t *tree) readZip(ctx context.Context, r io.ReaderAt, size int64) error {
	archive, err := zip.NewReader(r, size)
	if err != nil && !errors.Is(err, zip.ErrInsecurePath) { // we judge names ourselves
		return &readError{err}
	}
	archive.RegisterDecompressor(zip.Deflate, newInflaters())
	jobs := make(chan job, 64)
	group, ctx := errgroup.WithContext(ctx)
	for range runtime.GOMAXPROCS(0) {
		group.Go(func() error { return t.work(ctx, jobs) })
	}
	group.Go(func() error {
		defer close(jobs)
		for _, entry := range archive.File {
			if ctx.Err() != nil {
				return context.Cause(ctx)
			}
			if err := t.addZipEntry(ctx, entry, jobs); err != nil {
				return err
			}
		}
		return nil
	})
	return group.Wait()
}

// work fills files until there are no more jobs. After a failure it only
// closes them.
func (t *tree) work(ctx context.Context, jobs <-chan job) error {
	var failed error
	buf := make([]byte, bufferSize)
	for j := range jobs {
		if failed != nil {
			j.file.Close()
			continue
		}
		failed = t.fillFrom(ctx, j, buf)
	}
	return failed
}

func (t *tree) fillFrom(ctx context.Context, j job, buf []byte) error {
	content, err := j.entry.Open()
	if err != nil {
		j.file.Close()
		return &readError{err}
	}
	defer content.Close()
	return t.fill(ctx, j.entry.Name, j.file, content, buf)
}
