package binarycache

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// objects is a store in memory; what it has in broken fails half-way.
type objects struct {
	list   []object
	broken bool
}

func (s *objects) Dir() storepath.Dir { return storepath.Default }

func (s *objects) ByDigest(_ context.Context, digest string) (storepath.Path, error) {
	for _, o := range s.list {
		if o.Path.Digest() == digest {
			return o.Path, nil
		}
	}
	return storepath.Path{}, narinfo.ErrInvalid
}

func (s *objects) Lookup(_ context.Context, p storepath.Path) (narinfo.Info, error) {
	for _, o := range s.list {
		if o.Path == p {
			return o.Info, nil
		}
	}
	return narinfo.Info{}, narinfo.ErrInvalid
}

func (s *objects) Nar(_ context.Context, p storepath.Path, sink func(io.Reader) error) error {
	for _, o := range s.list {
		if o.Path == p {
			if s.broken {
				o.nar = o.nar[:len(o.nar)/2]
			}
			if err := sink(bytes.NewReader(o.nar)); err != nil || !s.broken {
				return err
			}
			return errors.New("the disk is broken")
		}
	}
	return narinfo.ErrInvalid
}

func serve(t *testing.T, s *objects, o ServerOptions) string {
	t.Helper()
	h, err := NewServer(s, o)
	if err != nil {
		t.Fatal(err)
	}
	web := httptest.NewServer(h)
	t.Cleanup(web.Close)
	return web.URL
}

func TestServerAndCache(t *testing.T) {
	o := makeObject(t, "o", text(1<<20)).inputAddressed()
	k := secretKey(t, "k-1", 1)
	for _, compression := range []string{"zstd", "none"} {
		s := &objects{list: []object{o}}
		url := serve(t, s, ServerOptions{Compression: compression, Keys: []narinfo.SecretKey{k}})
		c := openCache(t, url)
		if info, err := c.Info(t.Context()); err != nil || info != (Info{storepath.Default, true, 30}) {
			t.Errorf("%+v, %v", info, err)
		}
		set := NewSet([]*Cache{c}, SetOptions{Trust: trust(k)})
		var got []byte
		if err := set.Nar(t.Context(), o.Path, read(&got)); err != nil || !bytes.Equal(got, o.nar) {
			t.Errorf("%s: %d bytes, %v", compression, len(got), err)
		}
		if _, err := set.Lookup(t.Context(), makeObject(t, "n", "n").Path); !errors.Is(err, narinfo.ErrInvalid) {
			t.Errorf("what is not there: %v", err)
		}
		s.broken = true
		if err := openCache(t, url).Nar(t.Context(), o.Path, read(&got)); err == nil {
			t.Errorf("%s: half an archive is taken for one", compression)
		}
	}
	if _, err := NewServer(&objects{}, ServerOptions{Compression: "xz"}); err == nil {
		t.Error("serves xz")
	}
}

func TestServerAnswers(t *testing.T) {
	o := makeObject(t, "o", text(1000))
	url := serve(t, &objects{list: []object{o}}, ServerOptions{Compression: "none"})
	info := "/" + o.Path.Digest() + ".narinfo"
	nar := "/nar/" + o.Path.Digest() + "-" + o.NarHash.Nix32() + ".nar"
	size := int(o.NarSize)
	for _, test := range []struct {
		method, path, header string
		status, length       int
	}{
		{"GET", nar, "", 200, size},
		{"HEAD", nar, "", 200, 0},
		{"GET", nar, "Range: bytes=10-19", 206, 10},
		{"GET", nar, "Range: bytes=10-", 206, size - 10},
		{"GET", nar, "Range: bytes=-7", 206, 7},
		{"GET", nar, "Range: bytes=0-99999999", 206, size},
		{"GET", nar, "Range: bytes=5-4", 200, size},
		{"GET", nar, "Range: bytes=1-2,4-5", 200, size},
		{"GET", nar, "Range: lines=1-2", 200, size},
		{"GET", nar, "Range: bytes=99999999-", 416, 0},
		{"GET", nar, "Range: bytes=-0", 416, 0},
		{"GET", nar + ".zst", "Range: bytes=10-", 200, -1},
		{"GET", nar + ".xz", "", 404, -1},
		{"GET", "/nar/" + o.Path.Digest() + "-" + makeObject(t, "n", "n").NarHash.Nix32() + ".nar", "", 404, -1},
		{"GET", "/nar/../../etc/passwd", "", 307, -1}, // to the path without dots,
		{"GET", info, "", 200, -1},
		{"HEAD", info, "", 200, 0},
		{"GET", "/0000.narinfo", "", 404, -1},
		{"GET", "/", "", 404, -1},
		{"PUT", info, "", 405, -1},
		{"DELETE", nar, "", 405, -1},
	} {
		resp, body := ask(t, test.method, url+test.path, test.header)
		if resp.StatusCode != test.status || test.length >= 0 && len(body) != test.length {
			t.Errorf("%s %s %s: %d with %d bytes", test.method, test.path, test.header, resp.StatusCode, len(body))
		}
		if etag := resp.Header.Get("ETag"); resp.StatusCode == 200 && test.method == "GET" {
			if again, _ := ask(t, "GET", url+test.path, "If-None-Match: "+etag); again.StatusCode != http.StatusNotModified {
				t.Errorf("%s again with %s: %d", test.path, etag, again.StatusCode)
			}
		}
	}
	if _, body := ask(t, "GET", url+nar, "Range: bytes=100-199"); !bytes.Equal(body, o.nar[100:200]) {
		t.Error("another part")
	}
}

func ask(t *testing.T, method, url, header string) (*http.Response, []byte) {
	t.Helper()
	r, err := http.NewRequestWithContext(t.Context(), method, url, nil)
	if err != nil {
		t.Fatal(err)
	}
	if name, value, ok := bytes.Cut([]byte(header), []byte(": ")); ok {
		r.Header.Set(string(name), string(value))
	}
	resp, err := http.DefaultTransport.RoundTrip(r)
	if err != nil {
		t.Fatal(fmt.Errorf("%s %s: %w", method, url, err))
	}
	defer resp.Body.Close()
	body, err := io.ReadAll(resp.Body)
	if err != nil {
		t.Fatal(err)
	}
	return resp, body
}
