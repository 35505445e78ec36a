package daemon

import (
	"bytes"
	"io"
	"testing"

	"devenv/store/daemon/daemontest"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

func benchmarked(b *testing.B) *Client {
	nix := daemontest.New(b).Start(b)
	c, err := Open(b.Context(), Options{Getenv: nix.Getenv})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { c.Close() })
	return c
}

func BenchmarkLookup(b *testing.B) {
	c := benchmarked(b)
	info, err := c.AddText(b.Context(), "text", []byte("x"), nil)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		if _, err := c.Lookup(b.Context(), info.Path); err != nil {
			b.Fatal(err)
		}
	}
}

const benchSize = 64 << 20

func BenchmarkNar(b *testing.B) {
	c := benchmarked(b)
	info, err := c.Add(b.Context(), "big", storepath.Flat, nixhash.SHA256, nil, bytes.NewReader(make([]byte, benchSize)))
	if err != nil {
		b.Fatal(err)
	}
	b.SetBytes(benchSize)
	for b.Loop() {
		err := c.Nar(b.Context(), info.Path, func(r io.Reader) error {
			h := nixhash.NewHasher(nixhash.SHA256)
			_, err := io.CopyBuffer(struct{ io.Writer }{h}, r, make([]byte, 256<<10))
			return err
		})
		if err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkAdd(b *testing.B) {
	c := benchmarked(b)
	content := make([]byte, benchSize)
	b.SetBytes(benchSize)
	for i := 0; b.Loop(); i++ {
		content[0], content[1] = byte(i), byte(i>>8)
		if _, err := c.Add(b.Context(), "big", storepath.Flat, nixhash.SHA256, nil, bytes.NewReader(content)); err != nil {
			b.Fatal(err)
		}
	}
}
