package transfer

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"path/filepath"
	"sync"
	"sync/atomic"
	"time"
)

// Options configures a Client. The zero value of a field means its default.
type Options struct {
	Getenv      func(string) string // proxies, certificates, netrc; default: an empty environment
	CacheDir    string              // absolute; "" keeps nothing on disk
	UserAgent   string              // default "devenv"
	Retries     int                 // attempts that bring no new byte before giving up; default 5, negative: none
	Concurrency int                 // exchanges at once; default 8

	Stall time.Duration                                    // a connection silent for so long is given up; default 30 s
	Now   func() time.Time                                 // default time.Now
	Sleep func(ctx context.Context, d time.Duration) error // between attempts, and while another process downloads; returns early with the context's error
	Rand  func() float64                                   // jitter, in [0,1)
}

// Client is one set of connections, limits and caches. It is safe for
// concurrent use; a process needs one.
type Client struct {
	opt           Options
	slots         chan struct{}
	http          func() (*http.Client, error) // made at first use: a run without network pays nothing
	swept, forgot sync.Once                    // the cache is tidied once per process
	ids           atomic.Int64
}

// New returns a client. It touches neither the network nor the disk.
func New(opt Options) (*Client, error) {
	if opt.CacheDir != "" && !filepath.IsAbs(opt.CacheDir) {
		return nil, fmt.Errorf("the cache directory %q is not an absolute path", opt.CacheDir)
	}
	opt = opt.withDefaults()
	c := &Client{opt: opt, slots: make(chan struct{}, opt.Concurrency)}
	c.http = sync.OnceValues(func() (*http.Client, error) { return newHTTP(opt) })
	return c, nil
}

func (o Options) withDefaults() Options {
	if o.Getenv == nil {
		o.Getenv = func(string) string { return "" }
	}
	if o.UserAgent == "" {
		o.UserAgent = "devenv"
	}
	if o.Retries == 0 {
		o.Retries = 5
	}
	if o.Concurrency <= 0 {
		o.Concurrency = 8
	}
	if o.Stall <= 0 {
		o.Stall = 30 * time.Second
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Sleep == nil {
		o.Sleep = sleep
	}
	if o.Rand == nil {
		o.Rand = rand.Float64
	}
	return o
}

func sleep(ctx context.Context, d time.Duration) error {
	t := time.NewTimer(d)
	defer t.Stop()
	select {
	case <-t.C:
		return nil
	case <-ctx.Done():
		return context.Cause(ctx)
	}
}
