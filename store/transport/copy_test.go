package transport_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"devenv/store/binarycache"
	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/store/transport"
)

// pushed is a store's closure in a directory.
func pushed(t *testing.T, n int) (dir string, last storepath.Path) {
	t.Helper()
	s := open(t, tempRoot(t))
	last = closure(t, s, n, 2000)
	dir = cacheDir(t)
	if _, err := transport.Copy(t.Context(), s, cache(t, "file://"+dir), []storepath.Path{last}, transport.Options{}); err != nil {
		t.Fatal(err)
	}
	return dir, last
}

func TestAlone(t *testing.T) {
	dir, last := pushed(t, 3)
	to := open(t, tempRoot(t))
	if _, err := transport.Copy(t.Context(), cache(t, "file://"+dir), to, []storepath.Path{last}, transport.Options{Alone: true}); err == nil || !strings.Contains(err.Error(), "refers to") {
		t.Errorf("without what it refers to: %v", err)
	}
	if _, err := transport.Copy(t.Context(), cache(t, "file://"+dir), to, []storepath.Path{last}, transport.Options{}); err != nil {
		t.Error(err)
	}
}

func TestUntrustedMovesNothing(t *testing.T) {
	dir, last := pushed(t, 3)
	to := open(t, tempRoot(t))
	_, err := transport.Copy(t.Context(), cache(t, "file://"+dir), to, []storepath.Path{last}, transport.Options{
		Trust: func(info narinfo.Info) error { return narinfo.Keys{}.Check(storepath.Default, info) },
	})
	var untrusted *narinfo.UntrustedError
	if !errors.As(err, &untrusted) {
		t.Errorf("%v", err)
	}
	if all, err := to.List(t.Context()); err != nil || len(all) != 0 {
		t.Errorf("%d paths, %v", len(all), err)
	}
}

func TestMissingReference(t *testing.T) {
	dir, last := pushed(t, 6)
	c := cache(t, "file://"+dir)
	info, err := c.Lookup(t.Context(), last)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(filepath.Join(dir, info.References[0].Digest()+".narinfo")); err != nil {
		t.Fatal(err)
	}
	_, err = transport.Copy(t.Context(), c, open(t, tempRoot(t)), []storepath.Path{last}, transport.Options{})
	if !errors.Is(err, narinfo.ErrInvalid) || !strings.Contains(err.Error(), info.References[0].Base()) {
		t.Errorf("%v", err)
	}
}

func TestCancelled(t *testing.T) {
	dir, last := pushed(t, 20)
	ctx, cancel := context.WithCancel(t.Context())
	var archives atomic.Int32
	files := http.FileServer(http.Dir(dir))
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/nar/") && archives.Add(1) == 5 {
			cancel()
		}
		files.ServeHTTP(w, r)
	}))
	t.Cleanup(server.Close)
	root := tempRoot(t)
	_, err := transport.Copy(ctx, cache(t, server.URL), open(t, root), []storepath.Path{last}, transport.Options{Jobs: 2})
	if !errors.Is(err, context.Canceled) {
		t.Errorf("%v", err)
	}
	if check(t, root, last) {
		t.Error("it was not cancelled")
	}
	if _, err := transport.Copy(t.Context(), cache(t, server.URL), open(t, root), []storepath.Path{last}, transport.Options{}); err != nil {
		t.Errorf("after that: %v", err)
	}
}

// TestAnotherArchive: one cache promises an archive and has it not, another has
// an archive of the same path with other bytes.
func TestAnotherArchive(t *testing.T) {
	p, err := storepath.ParseBase("00000000000000000000000000000000-twice")
	if err != nil {
		t.Fatal(err)
	}
	var caches []*binarycache.Cache
	var dirs []string
	for _, text := range []string{"one", "another"} {
		b := makeNar(t, text)
		dir := cacheDir(t)
		c := cache(t, "file://"+dir)
		if err := c.Import(t.Context(), infoOf(p, b), strings.NewReader(string(b))); err != nil {
			t.Fatal(err)
		}
		caches, dirs = append(caches, cache(t, "file://"+dir)), append(dirs, dir)
	}
	if err := os.RemoveAll(filepath.Join(dirs[0], "nar")); err != nil {
		t.Fatal(err)
	}
	to := open(t, tempRoot(t))
	if _, err := transport.Copy(t.Context(), binarycache.NewSet(caches, binarycache.SetOptions{}), to, []storepath.Path{p}, transport.Options{}); err != nil {
		t.Fatal(err)
	}
	if text, err := os.ReadFile(filepath.Join(to.Real(p), "text")); err != nil || string(text) != "another" {
		t.Errorf("%q, %v", text, err)
	}
}

// TestCircle: references in a circle, which a lying cache may claim, end.
func TestCircle(t *testing.T) {
	a, err := storepath.ParseBase("00000000000000000000000000000000-a")
	if err != nil {
		t.Fatal(err)
	}
	b, err := storepath.ParseBase("11111111111111111111111111111111-b")
	if err != nil {
		t.Fatal(err)
	}
	text := makeNar(t, "x")
	source := claims{a: infoOf(a, text), b: infoOf(b, text)}
	source.refer(a, a, b)
	source.refer(b, a)
	if _, err := transport.Copy(t.Context(), source, open(t, tempRoot(t)), []storepath.Path{a}, transport.Options{}); err == nil {
		t.Error("a circle is copied")
	}
}

// claims is a source that says what it likes and has no archives.
type claims map[storepath.Path]narinfo.Info

func (c claims) refer(p storepath.Path, refs ...storepath.Path) {
	info := c[p]
	info.References = refs
	c[p] = info
}

func (c claims) Dir() storepath.Dir { return storepath.Default }

func (c claims) Lookup(_ context.Context, p storepath.Path) (narinfo.Info, error) { return c[p], nil }

func (c claims) Nar(_ context.Context, _ storepath.Path, sink func(io.Reader) error) error {
	return sink(strings.NewReader("no NAR"))
}
