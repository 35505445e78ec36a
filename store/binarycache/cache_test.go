package binarycache

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

func TestThereAndBack(t *testing.T) {
	for _, compression := range []string{"", "none", "xz", "gzip", "br", "zstd"} {
		dir := t.TempDir()
		url := "file://" + dir
		if compression != "" {
			url += "?compression=" + compression
		}
		small := makeObject(t, "small", "x")
		large := makeObject(t, "large", text(2<<20), small.Path)
		to := openCache(t, url)
		small.importTo(t, to)
		large.importTo(t, to)
		for _, from := range []string{"file://" + dir, webCache(t, dir, nil)} {
			c := openCache(t, from)
			missing, err := c.Missing(t.Context(), []storepath.Path{small.Path, makeObject(t, "n", "n").Path, large.Path})
			if err != nil || len(missing) != 1 || missing[0].Name() != "n" {
				t.Errorf("%s: missing are %v, %v", from, missing, err)
			}
			for _, o := range []object{small, large} {
				info, err := c.Lookup(t.Context(), o.Path)
				if err != nil || info.NarHash != o.NarHash || info.CA != o.CA || len(info.References) != len(o.References) {
					t.Errorf("%s: Lookup: %+v, %v", from, info, err)
				}
				var got []byte
				if err := c.Nar(t.Context(), o.Path, read(&got)); err != nil || !bytes.Equal(got, o.nar) {
					t.Errorf("%s: Nar: %d bytes of %d, %v", from, len(got), len(o.nar), err)
				}
				if err := c.Nar(t.Context(), o.Path, func(io.Reader) error { return nil }); err != nil {
					t.Errorf("a sink that reads nothing: %v", err)
				}
				mine := errors.New("mine")
				if err := c.Nar(t.Context(), o.Path, func(io.Reader) error { return mine }); !errors.Is(err, mine) {
					t.Errorf("a sink's own error: %v", err)
				}
			}
		}
		if left, _ := filepath.Glob(filepath.Join(dir, "*", "*.tmp*")); len(left) > 0 {
			t.Errorf("left over: %v", left)
		}
	}
}

func TestImportRefuses(t *testing.T) {
	c := openCache(t, "file://"+t.TempDir())
	a := makeObject(t, "a", "a")
	b := makeObject(t, "b", "b", a.Path)
	var missing *ReferenceError
	if err := c.Import(t.Context(), b.Info, bytes.NewReader(b.nar)); !errors.As(err, &missing) {
		t.Errorf("without what it refers to: %v", err)
	}
	var bad *NarError
	if err := c.Import(t.Context(), a.Info, bytes.NewReader(b.nar)); !errors.As(err, &bad) {
		t.Errorf("another archive: %v", err)
	}
	if _, err := c.Lookup(t.Context(), a.Path); !errors.Is(err, narinfo.ErrInvalid) {
		t.Errorf("after an error: %v", err)
	}
	a.importTo(t, c)
	if err := c.Import(t.Context(), a.Info, iotestError{}); err != nil {
		t.Errorf("what is there is not read: %v", err)
	}
}

type iotestError struct{}

func (iotestError) Read([]byte) (int, error) { return 0, errors.New("read all the same") }

func TestURLs(t *testing.T) {
	for url, what := range map[string]string{
		"":                              "no URL",
		"cache.example.org":             "no URL",
		"ftp://x":                       "no URL",
		"file://host/dir":               "absolute",
		"https://":                      "no host",
		"https://h?colour=red":          `"colour" is not known`,
		"https://h?priority=high":       "not a number",
		"https://h?trusted=perhaps":     "not a switch",
		"file:///d?compression=bzip2":   "cannot be compressed",
		"file:///d?store=/gnu/store":    "/gnu/store",
		"s3://b/key":                    "bucket's name",
		"s3://b?endpoint=http://h/path": "endpoint",
	} {
		_, err := Open(url, Options{Client: client(t)})
		if err == nil || !strings.Contains(err.Error(), what) {
			t.Errorf("%s: %v", url, err)
		}
	}
	c := openCache(t, "https://user:secret@h/x/?priority=7&trusted=1&parallel-compression=true")
	if c.String() != "https://h/x/" || !c.Trusted() || c.location.base != "https://user:secret@h/x" {
		t.Errorf("%s, %s", c, c.location.base)
	}
	if _, err := c.Info(t.Context()); err == nil || strings.Contains(err.Error(), "secret") {
		t.Errorf("%v", err)
	}
}

func TestInfo(t *testing.T) {
	dir := t.TempDir()
	write := func(text string) {
		if err := os.WriteFile(filepath.Join(dir, infoFile), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("StoreDir: /nix/store\nWantMassQuery: 1\nPriority: 41\nFuture: x\nnonsense\n")
	for url, want := range map[string]Info{
		"file://" + dir: {storepath.Default, true, 41},
		"file://" + dir + "?priority=9&want-mass-query=false": {storepath.Default, false, 9},
		webCache(t, dir, nil): {storepath.Default, true, 41},
	} {
		if got, err := openCache(t, url).Info(t.Context()); err != nil || got != want {
			t.Errorf("%s: %+v, %v", url, got, err)
		}
	}
	write("StoreDir: /gnu/store\n")
	if _, err := openCache(t, "file://"+dir).Info(t.Context()); err == nil || !strings.Contains(err.Error(), "/gnu/store") {
		t.Errorf("another store's: %v", err)
	}
	var none *NoCacheError
	if _, err := openCache(t, webCache(t, t.TempDir(), nil)).Info(t.Context()); !errors.As(err, &none) {
		t.Errorf("no cache: %v", err)
	}
	if _, err := openCache(t, webCache(t, dir, func(w http.ResponseWriter, _ *http.Request) bool {
		io.WriteString(w, "<!DOCTYPE html><html>log in</html>")
		return true
	})).Info(t.Context()); err == nil || !strings.Contains(err.Error(), "web page") {
		t.Errorf("a web page: %v", err)
	}
}

func TestResumedAfterACut(t *testing.T) {
	dir := t.TempDir()
	o := makeObject(t, "large", text(3<<20))
	o.importTo(t, openCache(t, "file://"+dir+"?compression=none"))
	var cuts atomic.Int32
	url := webCache(t, dir, func(w http.ResponseWriter, r *http.Request) bool {
		if strings.HasPrefix(r.URL.Path, "/nar/") && cuts.Add(1) <= 2 {
			http.FileServer(http.Dir(dir)).ServeHTTP(&cutter{w, 1 << 20}, r)
		}
		return false
	})
	var got []byte
	if err := openCache(t, url).Nar(t.Context(), o.Path, read(&got)); err != nil || !bytes.Equal(got, o.nar) {
		t.Errorf("%d bytes, %v", len(got), err)
	}
	if cuts.Load() < 3 {
		t.Errorf("%d requests", cuts.Load())
	}
}

// cutter breaks the connection after n bytes.
type cutter struct {
	http.ResponseWriter
	n int
}

func (c *cutter) Write(b []byte) (int, error) {
	if c.n -= len(b); c.n < 0 {
		panic(http.ErrAbortHandler)
	}
	return c.ResponseWriter.Write(b)
}
