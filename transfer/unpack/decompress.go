package unpack

import (
	"bufio"
	"compress/bzip2"
	"context"
	"fmt"
	"io"

	"devenv/transfer/internal/pipe"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
)

// maxWindow is the largest zstd window that is read: what zstd --long=27 makes.
const maxWindow = 128 << 20

// decompressor returns the tar stream within r.
func decompressor(r io.Reader, format Format) (io.ReadCloser, error) {
	r = bufio.NewReaderSize(r, 64<<10)
	switch format {
	case Tar:
		return io.NopCloser(r), nil
	case TarGz:
		return gzip.NewReader(r)
	case TarBz2:
		return io.NopCloser(bzip2.NewReader(r)), nil
	case TarXz:
		x, err := xz.NewReader(r)
		return io.NopCloser(x), err
	case TarZst:
		z, err := zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
		if err != nil {
			return nil, err
		}
		return z.IOReadCloser(), nil
	}
	return nil, fmt.Errorf("a %s archive cannot be read as a stream", format)
}

// ahead decompresses r in a goroutine of its own into a pipe. stop ends it and
// waits; r is not read after that.
func ahead(ctx context.Context, r io.Reader, format Format) (tarball *pipe.Pipe, stop func()) {
	ctx, cancel := context.WithCancel(ctx)
	out := pipe.New()
	done := make(chan struct{})
	go func() {
		defer close(done)
		out.Finish(decompress(ctx, r, format, out))
	}()
	return out, func() { cancel(); out.Drain(); <-done }
}

func decompress(ctx context.Context, r io.Reader, format Format, out *pipe.Pipe) error {
	content, err := decompressor(r, format)
	if err == io.EOF {
		return io.ErrUnexpectedEOF
	}
	if err != nil {
		return err
	}
	defer content.Close()
	for ctx.Err() == nil {
		b, err := out.Buffer(ctx)
		if err != nil {
			return err
		}
		n := 0
		for n < len(b) && err == nil {
			var m int
			m, err = content.Read(b[n:])
			n += m
		}
		out.Send(b[:n])
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
	return context.Cause(ctx)
}
