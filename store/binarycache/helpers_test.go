package binarycache

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"devenv/store/nar"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
	"devenv/transfer"
)

// object is a store object in memory.
type object struct {
	narinfo.Info
	nar []byte
}

// makeObject makes a content-addressed file that refers to refs.
func makeObject(t testing.TB, name, text string, refs ...storepath.Path) object {
	t.Helper()
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	if err := w.WriteHeader(nar.Header{Path: ".", Type: nar.Regular, Size: int64(len(text))}); err != nil {
		t.Fatal(err)
	}
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	sum := nixhash.NewHasher(nixhash.SHA256)
	sum.Write(b.Bytes())
	p, err := storepath.Default.Source(name, sum.Sum(), refs, false)
	if err != nil {
		t.Fatal(err)
	}
	return object{narinfo.Info{Path: p, NarHash: sum.Sum(), NarSize: int64(b.Len()), References: refs,
		CA: storepath.ContentAddress{Method: storepath.NAR, Hash: sum.Sum()}}, b.Bytes()}
}

// inputAddressed makes o a path that only a signature can vouch for.
func (o object) inputAddressed() object {
	o.CA = storepath.ContentAddress{}
	return o
}

func (o object) importTo(t testing.TB, c *Cache) {
	t.Helper()
	if err := c.Import(t.Context(), o.Info, bytes.NewReader(o.nar)); err != nil {
		t.Fatal(err)
	}
}

// client never sleeps long and gives silent servers up soon.
func client(t testing.TB) *transfer.Client {
	t.Helper()
	c, err := transfer.New(transfer.Options{
		Concurrency: 16, Retries: 2, Stall: 500 * time.Millisecond,
		Sleep: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
	})
	if err != nil {
		t.Fatal(err)
	}
	return c
}

func openCache(t testing.TB, url string, change ...func(*Options)) *Cache {
	t.Helper()
	o := Options{Client: client(t), TempDir: t.TempDir()}
	for _, c := range change {
		c(&o)
	}
	c, err := Open(url, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// webCache serves a directory over HTTP; act may answer in its place.
func webCache(t testing.TB, dir string, act func(w http.ResponseWriter, r *http.Request) bool) string {
	t.Helper()
	files := http.FileServer(http.Dir(dir))
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if act == nil || !act(w, r) {
			files.ServeHTTP(w, r)
		}
	}))
	t.Cleanup(s.Close)
	return s.URL
}

// read is a sink that keeps the last call's bytes.
func read(into *[]byte) func(io.Reader) error {
	return func(r io.Reader) (err error) {
		*into, err = io.ReadAll(r)
		return err
	}
}

func text(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		fmt.Fprintf(&b, "line %d of a text that compresses somewhat\n", i*i)
	}
	return b.String()[:n]
}
