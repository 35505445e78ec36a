package transfer

import (
	"bytes"
	"context"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"testing"
	"time"

	"devenv/store/nixhash"
)

// origin is a server on loopback that has one file and misbehaves on request.
type origin struct {
	*httptest.Server
	mu      sync.Mutex
	content []byte
	etag    string
	asked   []http.Header                                            // of each request
	act     func(n int, w http.ResponseWriter, r *http.Request) bool // n counts from 0; true: it has answered
	written int64
}

func newOrigin(t testing.TB, size int) *origin {
	t.Helper()
	o := &origin{content: noise(size), etag: `"v1"`}
	o.Server = httptest.NewServer(o)
	t.Cleanup(o.Close)
	return o
}

func noise(n int) []byte {
	b := make([]byte, n)
	rng := rand.NewChaCha8([32]byte{1})
	rng.Read(b)
	return b
}

func (o *origin) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	o.mu.Lock()
	n := len(o.asked)
	o.asked = append(o.asked, r.Header.Clone())
	act, content, etag := o.act, o.content, o.etag
	o.mu.Unlock()
	counted := &counter{ResponseWriter: w, o: o}
	if act != nil && act(n, counted, r) {
		return
	}
	if etag != "" {
		w.Header().Set("ETag", etag)
	}
	http.ServeContent(counted, r, "file.tar.gz", time.Time{}, bytes.NewReader(content))
}

type counter struct {
	http.ResponseWriter
	o *origin
}

func (c *counter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b)
	c.o.mu.Lock()
	c.o.written += int64(n)
	c.o.mu.Unlock()
	return n, err
}

// behave sets act for clients in other processes, whose requests are ordered
// after it by nothing that this process can see.
func (o *origin) behave(act func(int, http.ResponseWriter, *http.Request) bool) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.act = act
}

func (o *origin) requests() int {
	o.mu.Lock()
	defer o.mu.Unlock()
	return len(o.asked)
}

// ranges are the Range headers of the requests so far.
func (o *origin) ranges() []string {
	o.mu.Lock()
	defer o.mu.Unlock()
	var all []string
	for _, h := range o.asked {
		all = append(all, h.Get("Range"))
	}
	return all
}

func (o *origin) sent() int64 {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.written
}

// sendThen announces all of the content, sends n bytes of it and then breaks
// the connection, or what then does.
func (o *origin) sendThen(w http.ResponseWriter, n int, then func()) {
	if o.etag != "" {
		w.Header().Set("ETag", o.etag)
	}
	w.Header().Set("Content-Length", strconv.Itoa(len(o.content)))
	w.Write(o.content[:n])
	http.NewResponseController(w.(*counter).ResponseWriter).Flush()
	if then != nil {
		then()
		return
	}
	panic(http.ErrAbortHandler)
}

func (o *origin) request() Request {
	return Request{URL: o.URL + "/file.tar.gz", Want: sha256Of(o.content)}
}

func sha256Of(b []byte) []Checksum { return []Checksum{digestOf(nixhash.SHA256, b)} }

func digestOf(a nixhash.Algo, b []byte) Checksum {
	h := nixhash.NewHasher(a)
	h.Write(b)
	return h.Sum()
}

// naps records how long a client sleeps, instead of sleeping.
type naps struct {
	mu  sync.Mutex
	all []time.Duration
}

func (n *naps) sleep(ctx context.Context, d time.Duration) error {
	n.mu.Lock()
	defer n.mu.Unlock()
	n.all = append(n.all, d)
	return ctx.Err()
}

// newClient returns a client that never sleeps and has a cache of its own.
func newClient(t testing.TB, change ...func(*Options)) (*Client, *naps) {
	t.Helper()
	n := &naps{}
	opt := Options{CacheDir: t.TempDir(), Sleep: n.sleep, Rand: func() float64 { return 0.5 }, Stall: 5 * time.Second}
	for _, c := range change {
		c(&opt)
	}
	client, err := New(opt)
	if err != nil {
		t.Fatal(err)
	}
	return client, n
}

// collector is a sink that remembers what each of its calls read.
type collector struct{ calls [][]byte }

func (c *collector) sink(r io.Reader) error {
	b, err := io.ReadAll(r)
	c.calls = append(c.calls, b)
	return err
}

// mustBe checks that the sink was called so often, and at last had it all.
func (c *collector) mustBe(t *testing.T, calls int, content []byte) {
	t.Helper()
	if len(c.calls) != calls {
		t.Errorf("the sink was called %d times, not %d", len(c.calls), calls)
	}
	if len(c.calls) == 0 || !bytes.Equal(c.calls[len(c.calls)-1], content) {
		t.Error("the sink has not got the content")
	}
}

// leftIn lists the files below a client's partial directory.
func leftIn(t *testing.T, c *Client) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join(c.opt.CacheDir, "partial", "*"))
	if err != nil {
		t.Fatal(err)
	}
	for i := range files {
		files[i] = filepath.Base(files[i])
	}
	return files
}

func environ(pairs ...string) func(string) string {
	return func(name string) string {
		for i := 0; i < len(pairs); i += 2 {
			if pairs[i] == name {
				return pairs[i+1]
			}
		}
		return ""
	}
}

func writeFile(t testing.TB, path, content string) string {
	t.Helper()
	if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}
