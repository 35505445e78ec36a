package binarycache

import (
	"bytes"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/zstd"

	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/transfer"
)

// lying is a cache with o, whose .narinfo change rewrites.
func lying(t *testing.T, o object, change func(*narinfo.File)) string {
	t.Helper()
	dir := t.TempDir()
	c := openCache(t, "file://"+dir+"?compression=none")
	o.importTo(t, c)
	f, err := c.Narinfo(t.Context(), o.Path)
	if err != nil {
		t.Fatal(err)
	}
	changed := *f
	change(&changed)
	writeFile(t, filepath.Join(dir, narinfoFile(o.Path)), string(changed.Bytes(storepath.Default)))
	return dir
}

func writeFile(t *testing.T, file, text string) {
	t.Helper()
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

func TestLies(t *testing.T) {
	o, other := makeObject(t, "o", "o"), makeObject(t, "other", "other")
	for what, test := range map[string]struct {
		change func(*narinfo.File)
		err    string
	}{
		"another path":        {func(f *narinfo.File) { f.Path = other.Path }, "another path"},
		"another hash":        {func(f *narinfo.File) { f.NarHash = other.NarHash }, "its hash is"},
		"a larger size":       {func(f *narinfo.File) { f.NarSize++ }, "speaks of"},
		"a smaller size":      {func(f *narinfo.File) { f.NarSize-- }, "more than the"},
		"another file size":   {func(f *narinfo.File) { f.FileSize++ }, ""},
		"another compression": {func(f *narinfo.File) { f.Compression = "xz" }, ""},
		"a compression of no": {func(f *narinfo.File) { f.Compression = "lzip" }, `"lzip"`},
		"no archive":          {func(f *narinfo.File) { f.URL = "nar/nothing" }, "not there"},
		"a way out":           {func(f *narinfo.File) { f.URL = "../../../../../../etc/passwd" }, ""},
	} {
		dir := lying(t, o, test.change)
		for _, url := range []string{"file://" + dir, webCache(t, dir, nil)} {
			var got []byte
			err := openCache(t, url).Nar(t.Context(), o.Path, read(&got))
			if err == nil || !strings.Contains(err.Error(), test.err) {
				t.Errorf("%s, %s: %v", what, url, err)
			}
			if bytes.Contains(got, []byte("root:")) {
				t.Errorf("%s: read /etc/passwd", what)
			}
		}
	}
}

func TestBomb(t *testing.T) {
	o := makeObject(t, "o", "o")
	dir := lying(t, o, func(f *narinfo.File) {
		f.Compression, f.URL, f.FileSize = "zstd", "nar/bomb", 0
		f.FileHash = f.NarHash
	})
	var bomb bytes.Buffer
	z, err := zstd.NewWriter(&bomb)
	if err != nil {
		t.Fatal(err)
	}
	for range 1024 {
		z.Write(make([]byte, 1<<20))
	}
	z.Close()
	writeFile(t, filepath.Join(dir, "nar/bomb"), bomb.String())
	seen := int64(0)
	err = openCache(t, "file://"+dir).Nar(t.Context(), o.Path, func(r io.Reader) (err error) {
		seen, err = io.Copy(io.Discard, r)
		return err
	})
	var bad *NarError
	if !errors.As(err, &bad) || seen > o.NarSize {
		t.Errorf("%d bytes of %d were let through: %v", seen, o.NarSize, err)
	}
}

func TestHostileServers(t *testing.T) {
	o := makeObject(t, "o", text(1<<20))
	dir := t.TempDir()
	o.importTo(t, openCache(t, "file://"+dir))
	for what, test := range map[string]struct {
		act func(w http.ResponseWriter, r *http.Request) bool
		is  func(error) bool
	}{
		"stalls": {func(w http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }, isConnect(transfer.Stalled)},
		"stalls half-way": {func(w http.ResponseWriter, r *http.Request) bool {
			w.Write(make([]byte, 5000))
			http.NewResponseController(w).Flush()
			<-r.Context().Done()
			return true
		}, func(err error) bool { return err != nil }},
		"lies about length": {func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Content-Length", "9")
			w.Write([]byte("something"))
			return true
		}, func(err error) bool { return err != nil }},
		"serves a web page": {func(w http.ResponseWriter, r *http.Request) bool {
			io.WriteString(w, "<!DOCTYPE html><html><body>Please log in")
			return true
		}, func(err error) bool {
			return strings.Contains(err.Error(), "web page") || strings.Contains(err.Error(), "expected are")
		}},
		"redirects in a circle": {func(w http.ResponseWriter, r *http.Request) bool {
			http.Redirect(w, r, r.URL.Path, http.StatusFound)
			return true
		}, func(err error) bool { return strings.Contains(err.Error(), "circle") }},
		"never ends": {func(w http.ResponseWriter, r *http.Request) bool {
			for r.Context().Err() == nil {
				if _, err := w.Write(make([]byte, 64<<10)); err != nil {
					break
				}
			}
			return true
		}, func(err error) bool { return err != nil }},
	} {
		for _, prefix := range []string{"/nar/", "/" + o.Path.Digest()} {
			url := webCache(t, dir, func(w http.ResponseWriter, r *http.Request) bool {
				return strings.HasPrefix(r.URL.Path, prefix) && test.act(w, r)
			})
			start := time.Now()
			err := openCache(t, strings.Replace(url, "http://", "http://user:secret@", 1)).Nar(t.Context(), o.Path, func(r io.Reader) error {
				_, err := io.Copy(io.Discard, r)
				return err
			})
			if err == nil || !test.is(err) || strings.Contains(err.Error(), "secret") {
				t.Errorf("%s at %s: %v", what, prefix, err)
			}
			if took := time.Since(start); took > 10*time.Second {
				t.Errorf("%s at %s: it took %v", what, prefix, took)
			}
		}
	}
}

func isConnect(reason transfer.Reason) func(error) bool {
	return func(err error) bool {
		var connect *transfer.ConnectError
		return errors.As(err, &connect) && connect.Reason == reason
	}
}

func FuzzDecompress(f *testing.F) {
	for _, compression := range names(writers) {
		var b bytes.Buffer
		w, err := writers[compression](&b, 0)
		if err != nil {
			f.Fatal(err)
		}
		io.WriteString(w, text(500))
		w.Close()
		f.Add(compression, b.Bytes())
	}
	f.Fuzz(func(t *testing.T, compression string, packed []byte) {
		r, err := decompress(compression, bytes.NewReader(packed))
		if err != nil {
			return
		}
		defer r.Close()
		io.Copy(io.Discard, io.LimitReader(r, 1<<20))
	})
}
