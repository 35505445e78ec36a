package binarycache

import (
	"context"
	"io"

	"devenv/store/nixhash"
)

// files is what a cache is made of, wherever it lies. Names are relative, with
// slashes; an error that says that a file is not there is fs.ErrNotExist.
type files interface {
	// get returns a small file; one of more than most bytes is an error.
	get(ctx context.Context, name string, most int64) ([]byte, error)
	// stream gives a large file to sink, as transfer's Client.Stream does: sink
	// may be called again after its reader failed.
	stream(ctx context.Context, name string, about archive, sink func(io.Reader) error) error
	// has reports whether a file is there.
	has(ctx context.Context, name string) (bool, error)
	// put makes or replaces a file, whole or not at all.
	put(ctx context.Context, name, mediaType string, c content) error
}

// archive is what is known of a large file beforehand.
type archive struct {
	size int64        // 0 if unknown
	hash nixhash.Hash // zero if unknown
}

// content is what put writes.
type content struct {
	size int64
	hash nixhash.Hash // SHA-256
	open func() (io.ReadCloser, error)
}
