package binarycache

import (
	"bufio"
	"compress/bzip2"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"

	"devenv/store/binarycache/xz"

	"github.com/andybalholm/brotli"
	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	filteredxz "github.com/therootcompany/xz"
	xzwriter "github.com/ulikunitz/xz"
)

// The limits of what an archive may make a decompressor keep in memory: what
// zstd --long=27 makes, and a little more than the dictionary of xz -9.
const (
	maxWindow     = 128 << 20
	maxDictionary = 96 << 20
)

// readers decompress, by the names that .narinfo files have.
var readers = map[string]func(io.Reader) (io.ReadCloser, error){
	"none":  func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(r), nil },
	"xz":    openXz,
	"bzip2": func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(bzip2.NewReader(r)), nil },
	"gzip":  func(r io.Reader) (io.ReadCloser, error) { return gzip.NewReader(r) },
	"br":    func(r io.Reader) (io.ReadCloser, error) { return io.NopCloser(brotli.NewReader(r)), nil },
	"zstd":  openZstd,
}

// Decoders are kept for the next archive: making the window of one, megabytes of
// zeros, takes longer than unpacking most archives.
var xzDecoders, zstdDecoders sync.Pool

// kept is a decoder that goes back to its pool when it is closed.
type kept struct {
	io.Reader
	back func()
}

func (k *kept) Close() error {
	k.back()
	return nil
}

// openXz takes our decoder for what it knows, which is nearly all there is.
func openXz(r io.Reader) (io.ReadCloser, error) {
	br := bufio.NewReaderSize(r, 64<<10)
	head, err := br.Peek(xz.HeadSize)
	if len(head) == 0 || err != nil && err != io.EOF {
		return nil, err
	}
	if !xz.Known(head) {
		x, err := filteredxz.NewReader(br, maxDictionary)
		return io.NopCloser(x), err
	}
	x, ok := xzDecoders.Get().(*xz.Reader)
	if ok {
		x.Reset(br)
	} else {
		x = xz.NewReader(br, maxDictionary)
	}
	return &kept{x, func() { xzDecoders.Put(x) }}, nil
}

func openZstd(r io.Reader) (io.ReadCloser, error) {
	var err error
	z, ok := zstdDecoders.Get().(*zstd.Decoder)
	if ok {
		err = z.Reset(r)
	} else {
		z, err = zstd.NewReader(r, zstd.WithDecoderConcurrency(1), zstd.WithDecoderLowmem(true), zstd.WithDecoderMaxWindow(maxWindow))
	}
	if err != nil {
		return nil, err
	}
	return &kept{z, func() {
		if z.Reset(nil) == nil {
			zstdDecoders.Put(z)
		}
	}}, nil
}

// decompress returns what r holds.
func decompress(compression string, r io.Reader) (io.ReadCloser, error) {
	open := readers[compression]
	if open == nil {
		return nil, &CompressionError{Compression: compression, Known: names(readers)}
	}
	content, err := open(r)
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	return content, err
}

// writers compress, by the names that ?compression= has. Level 0 is the usual.
var writers = map[string]func(w io.Writer, level int) (io.WriteCloser, error){
	"none": func(w io.Writer, _ int) (io.WriteCloser, error) { return nopCloser{w}, nil },
	"xz":   func(w io.Writer, _ int) (io.WriteCloser, error) { return xzwriter.NewWriter(w) },
	"gzip": func(w io.Writer, level int) (io.WriteCloser, error) {
		if level == 0 {
			level = gzip.DefaultCompression
		}
		return gzip.NewWriterLevel(w, level)
	},
	"br": func(w io.Writer, level int) (io.WriteCloser, error) {
		if level == 0 {
			level = brotli.DefaultCompression
		}
		return brotli.NewWriterLevel(w, level), nil
	},
	"zstd": func(w io.Writer, level int) (io.WriteCloser, error) {
		speed := zstd.SpeedDefault
		if level != 0 {
			speed = zstd.EncoderLevelFromZstd(level)
		}
		return zstd.NewWriter(w, zstd.WithEncoderConcurrency(1), zstd.WithEncoderLevel(speed))
	},
}

// suffixes are those of archives' names, by compression.
var suffixes = map[string]string{"none": "", "xz": ".xz", "bzip2": ".bz2", "gzip": ".gz", "br": ".br", "zstd": ".zst"}

type nopCloser struct{ io.Writer }

func (nopCloser) Close() error { return nil }

func names[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// A CompressionError is a compression that is not known here.
type CompressionError struct {
	Compression string
	Known       []string
	Writing     bool
}

func cannotWrite(compression string) error {
	return &CompressionError{Compression: compression, Known: names(writers), Writing: true}
}

func (e *CompressionError) Error() string {
	if e.Writing {
		return fmt.Sprintf("archives cannot be compressed by %q", e.Compression)
	}
	return fmt.Sprintf("an archive is compressed by %q, which is not known", e.Compression)
}

// Hint says which ones are.
func (e *CompressionError) Hint() string { return "these are: " + strings.Join(e.Known, ", ") }
