package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"
)

func uploadOf(url string, content []byte) Upload {
	return Upload{
		Request: Request{URL: url, Size: int64(len(content))},
		Open:    func() (io.ReadCloser, error) { return io.NopCloser(bytes.NewReader(content)), nil },
	}
}

// counted sums what a progress hears.
type counted struct{ n atomic.Int64 }

func (c *counted) Start(string, string, int64) {}
func (c *counted) Add(_ string, n int64)       { c.n.Add(n) }
func (c *counted) Done(string, error)          {}

func TestPutAgain(t *testing.T) {
	content := noise(3 << 20)
	var asked atomic.Int32
	var got []byte
	mux := http.NewServeMux()
	mux.HandleFunc("PUT /busy", func(w http.ResponseWriter, r *http.Request) {
		switch asked.Add(1) {
		case 1: // cut half-way
			io.CopyN(io.Discard, r.Body, 1<<20)
			panic(http.ErrAbortHandler)
		case 2:
			w.WriteHeader(http.StatusServiceUnavailable)
		default:
			if r.Header.Get("X-Signed") != "yes" || r.ContentLength != int64(len(content)) {
				t.Errorf("headers %v, length %d", r.Header, r.ContentLength)
			}
			got, _ = io.ReadAll(r.Body)
			w.WriteHeader(http.StatusCreated)
		}
	})
	mux.Handle("PUT /moved", http.RedirectHandler("/busy", http.StatusTemporaryRedirect))
	s := httptest.NewServer(mux)
	defer s.Close()
	for _, path := range []string{"/busy", "/moved"} {
		c, _ := newClient(t)
		up := uploadOf(s.URL+path, content)
		signed := 0
		up.Authorize = func(r *http.Request) error { signed++; r.Header.Set("X-Signed", "yes"); return nil }
		hear := &counted{}
		if err := c.Put(t.Context(), up, hear); err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, content) || hear.n.Load() != int64(len(content)) || signed == 0 {
			t.Errorf("%s: %d bytes arrived, %d counted, signed %d times", path, len(got), hear.n.Load(), signed)
		}
		asked.Store(0)
	}
}

func TestPutRefused(t *testing.T) {
	asked := 0
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		asked++
		io.Copy(io.Discard, r.Body)
		w.WriteHeader(http.StatusForbidden)
	}))
	defer s.Close()
	c, _ := newClient(t)
	err := c.Put(t.Context(), uploadOf(s.URL+"/x?secret=1", noise(100)), nil)
	var status *StatusError
	if !errors.As(err, &status) || status.Code != http.StatusForbidden || asked != 1 {
		t.Errorf("%v, asked %d times", err, asked)
	}
}

// TestPutSlowly sends for longer than a silence may last.
func TestPutSlowly(t *testing.T) {
	content := noise(24 << 20)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		for range 12 {
			io.CopyN(io.Discard, r.Body, 2<<20)
			time.Sleep(150 * time.Millisecond)
		}
		if r.URL.Path == "/hangs" {
			time.Sleep(1500 * time.Millisecond)
		}
	}))
	defer s.Close()
	c, _ := newClient(t, func(o *Options) { o.Stall = 1200 * time.Millisecond; o.Retries = -1 })
	if err := c.Put(t.Context(), uploadOf(s.URL, content), nil); err != nil {
		t.Error(err)
	}
	var connect *ConnectError
	if err := c.Put(t.Context(), uploadOf(s.URL+"/hangs", content), nil); !errors.As(err, &connect) || connect.Reason != Stalled {
		t.Errorf("a server that does not answer: %v", err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := c.Put(ctx, uploadOf(s.URL, content), nil); !errors.Is(err, context.Canceled) {
		t.Errorf("cancelled: %v", err)
	}
}
