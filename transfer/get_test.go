package transfer

import (
	"bytes"
	"compress/gzip"
	"errors"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestGetAsksConditionally(t *testing.T) {
	now := time.Unix(1e9, 0)
	for _, by := range []string{"etag", "date"} {
		o := newOrigin(t, 100)
		o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
			if by == "date" {
				http.ServeContent(w, r, "x", time.Unix(1e9-3600, 0), bytes.NewReader(o.content))
			}
			return by == "date"
		}
		client, _ := newClient(t, func(o *Options) { o.Now = func() time.Time { return now } })
		get := func(req Request, requests int, sent int64) {
			t.Helper()
			req.URL = o.URL + "/index"
			body, h, err := client.Get(t.Context(), req, 100)
			if err != nil || !bytes.Equal(body, o.content) || h.Get("Content-Type") == "" {
				t.Errorf("%s: %d bytes, %v, %v", by, len(body), h, err)
			}
			if _, stale := StaleSince(h); stale || o.requests() != requests || o.sent() != sent {
				t.Errorf("%s: stale %v, %d requests, %d bytes", by, stale, o.requests(), o.sent())
			}
		}
		get(Request{}, 1, 100)
		get(Request{}, 2, 100) // 304
		get(Request{MaxAge: time.Minute}, 2, 100)
		now = now.Add(time.Hour)
		get(Request{MaxAge: time.Minute}, 3, 100)
		get(Request{MaxAge: time.Minute}, 3, 100) // the 304 counts as validated
		get(Request{Header: http.Header{"Accept": {"application/json"}}}, 4, 200)
		damage(t, client)
		get(Request{MaxAge: time.Minute}, 5, 300)
		now = now.Add(-24 * time.Hour) // a clock that went back
		get(Request{MaxAge: time.Minute}, 6, 300)
	}
}

// damage flips the last byte of every kept answer.
func damage(t *testing.T, c *Client) {
	t.Helper()
	files, _ := filepath.Glob(filepath.Join(c.opt.CacheDir, "answers", "*"))
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		b[len(b)-1] ^= 1
		writeFile(t, f, string(b))
	}
	if len(files) != 2 {
		t.Errorf("%d answers are kept", len(files))
	}
}

func TestGetStale(t *testing.T) {
	now := time.Unix(1e9, 0)
	o := newOrigin(t, 100)
	client, _ := newClient(t, func(o *Options) { o.Now = func() time.Time { return now } })
	req := Request{URL: o.URL, StaleOK: true}
	if _, _, err := client.Get(t.Context(), req, 100); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Hour)
	fails := func(code int, page string) {
		o.act = func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			w.WriteHeader(code)
			io.WriteString(w, page)
			return true
		}
	}
	for name, test := range map[string]struct {
		code  int
		page  string
		stale bool
	}{"busy": {503, "", true}, "login page": {200, "<html>", true}, "gone": {404, "", false}} {
		fails(test.code, test.page)
		body, h, err := client.Get(t.Context(), req, 100)
		since, stale := StaleSince(h)
		if stale != test.stale || stale != (err == nil) || stale && (since.Unix() != 1e9 || !bytes.Equal(body, o.content)) {
			t.Errorf("%s: stale %v since %v, %v", name, stale, since, err)
		}
	}
	o.Close()
	if _, h, err := client.Get(t.Context(), req, 100); err != nil || h[staleKey] == nil {
		t.Errorf("no server: %v", err)
	}
	req.StaleOK = false
	_, _, err := client.Get(t.Context(), req, 100)
	var connect *ConnectError
	if !errors.As(err, &connect) || connect.Reason != Refused {
		t.Errorf("got %v", err)
	}
}

func TestGetRefuses(t *testing.T) {
	o := newOrigin(t, 100)
	client, naps := newClient(t)
	_, _, err := client.Get(t.Context(), Request{URL: o.URL}, 99)
	if err == nil || !strings.Contains(err.Error(), "longer than 99 bytes") {
		t.Errorf("got %v", err)
	}
	_, _, err = client.Get(t.Context(), Request{URL: o.URL, Want: sha256Of([]byte("other"))}, 100)
	var sum *ChecksumError
	if !errors.As(err, &sum) {
		t.Errorf("got %v", err)
	}
	if len(naps.all) > 0 {
		t.Error("it was tried again")
	}
}

func TestGetDecompresses(t *testing.T) {
	o := newOrigin(t, 0)
	o.act = func(_ int, w http.ResponseWriter, r *http.Request) bool {
		if r.Header.Get("Accept-Encoding") != "gzip" {
			t.Error("gzip is not accepted")
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		io.WriteString(z, strings.Repeat("index", 1000))
		z.Close()
		return true
	}
	client, _ := newClient(t)
	if b, _, err := client.Get(t.Context(), Request{URL: o.URL}, 5000); err != nil || len(b) != 5000 {
		t.Errorf("%d bytes, %v", len(b), err)
	}
}

func TestSize(t *testing.T) {
	o := newOrigin(t, 12345)
	client, _ := newClient(t)
	for name, act := range map[string]func(int, http.ResponseWriter, *http.Request) bool{
		"HEAD": nil,
		"no HEAD": func(_ int, w http.ResponseWriter, r *http.Request) bool {
			if r.Method == http.MethodHead {
				w.WriteHeader(405)
			}
			return r.Method == http.MethodHead
		},
	} {
		o.act = act
		if n, err := client.Size(t.Context(), o.URL); err != nil || n != 12345 {
			t.Errorf("%s: %d, %v", name, n, err)
		}
	}
	o.act = func(_ int, w http.ResponseWriter, _ *http.Request) bool { w.WriteHeader(404); return true }
	if _, err := client.Size(t.Context(), o.URL); err == nil {
		t.Error("404 has a size")
	}
}
