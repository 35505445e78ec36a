package transfer

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"devenv/store/nixhash"
)

const size = 3 << 20

func TestStream(t *testing.T) {
	o := newOrigin(t, size)
	client, _ := newClient(t)
	req := o.request()
	req.Size = size
	req.Want = append(req.Want, digestOf(nixhash.SHA512, o.content), digestOf(nixhash.SHA1, o.content))
	var got collector
	var heard tally
	if err := client.Stream(t.Context(), req, got.sink, &heard); err != nil {
		t.Fatal(err)
	}
	got.mustBe(t, 1, o.content)
	if want := "start file.tar.gz 3145728; 3145728; done <nil>"; heard.String() != want {
		t.Errorf("progress: %s", heard.String())
	}
	if left := leftIn(t, client); len(left) > 0 {
		t.Errorf("left: %v", left)
	}
	if ua := o.asked[0].Get("User-Agent"); ua != "devenv" {
		t.Errorf("user agent %q", ua)
	}
}

// tally is a Progress that adds up.
type tally struct {
	mu    sync.Mutex
	start string
	sum   int64
	done  string
}

func (t *tally) Start(_, label string, total int64) {
	t.start = fmt.Sprint("start ", label, " ", total)
}
func (t *tally) Add(_ string, n int64) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.sum += n
}
func (t *tally) Done(_ string, err error) { t.done = fmt.Sprint("done ", err) }
func (t *tally) String() string           { return fmt.Sprint(t.start, "; ", t.sum, "; ", t.done) }

// Beside it: what hashing alone costs.
func BenchmarkStream(b *testing.B) {
	o := newOrigin(b, 64<<20)
	client, _ := newClient(b)
	req := o.request()
	b.Run("stream", func(b *testing.B) {
		b.SetBytes(64 << 20)
		for b.Loop() {
			if err := client.Stream(b.Context(), req, func(r io.Reader) error { _, err := io.Copy(io.Discard, r); return err }, nil); err != nil {
				b.Fatal(err)
			}
		}
	})
	b.Run("hash", func(b *testing.B) {
		b.SetBytes(64 << 20)
		for b.Loop() {
			sha256Of(o.content)
		}
	})
}

func TestCutAt90PercentIsResumed(t *testing.T) {
	o := newOrigin(t, size)
	o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n == 0 {
			o.sendThen(w, size*9/10, nil)
		}
		return false
	}
	client, naps := newClient(t)
	var got collector
	var heard tally
	if err := client.Stream(t.Context(), o.request(), got.sink, &heard); err != nil {
		t.Fatal(err)
	}
	got.mustBe(t, 1, o.content)
	if want := []string{"", fmt.Sprintf("bytes=%d-", size*9/10)}; !slices.Equal(o.ranges(), want) {
		t.Errorf("asked for %q, want %q", o.ranges(), want)
	}
	if o.asked[1].Get("If-Range") != `"v1"` || o.sent() != size || heard.sum != size {
		t.Errorf("If-Range %q, sent %d, heard %d", o.asked[1].Get("If-Range"), o.sent(), heard.sum)
	}
	if len(naps.all) != 1 || naps.all[0] != 375*time.Millisecond {
		t.Errorf("slept %v", naps.all)
	}
}

func TestManyCutsWithProgressAreNoFailure(t *testing.T) {
	o := newOrigin(t, size)
	o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
		if n < 20 {
			w = &cutter{w, 100 << 10}
		}
		w.Header().Set("ETag", o.etag)
		http.ServeContent(w, r, "", time.Time{}, strings.NewReader(string(o.content)))
		return true
	}
	client, _ := newClient(t)
	var got collector
	if err := client.Stream(t.Context(), o.request(), got.sink, nil); err != nil {
		t.Fatal(err)
	}
	got.mustBe(t, 1, o.content)
	if o.requests() != 21 {
		t.Errorf("%d requests", o.requests())
	}
}

// cutter breaks the connection after so many bytes.
type cutter struct {
	http.ResponseWriter
	left int
}

func (c *cutter) Write(b []byte) (int, error) {
	n, err := c.ResponseWriter.Write(b[:min(len(b), c.left)])
	if c.left -= n; c.left == 0 {
		http.NewResponseController(c.ResponseWriter.(*counter).ResponseWriter).Flush()
		panic(http.ErrAbortHandler)
	}
	return n, err
}

func TestStallIsResumed(t *testing.T) {
	o := newOrigin(t, size)
	o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
		switch n {
		case 0: // silent within the body
			o.sendThen(w, size/2, func() { <-r.Context().Done() })
		case 1: // silent before it
			<-r.Context().Done()
		}
		return n < 2
	}
	client, _ := newClient(t, func(o *Options) { o.Stall = 100 * time.Millisecond })
	var got collector
	if err := client.Stream(t.Context(), o.request(), got.sink, nil); err != nil {
		t.Fatal(err)
	}
	got.mustBe(t, 1, o.content)

	o.act = func(_ int, _ http.ResponseWriter, r *http.Request) bool { <-r.Context().Done(); return true }
	client, _ = newClient(t, func(o *Options) { o.Stall, o.Retries = 20*time.Millisecond, 1 })
	err := client.Stream(t.Context(), o.request(), got.sink, nil)
	var connect *ConnectError
	if !errors.As(err, &connect) || connect.Reason != Stalled {
		t.Errorf("always silent: %v", err)
	}
}

func TestASlowSinkIsNoStall(t *testing.T) {
	o := newOrigin(t, 8<<20)
	client, _ := newClient(t, func(o *Options) { o.Stall = 50 * time.Millisecond })
	err := client.Stream(t.Context(), o.request(), func(r io.Reader) error {
		time.Sleep(200 * time.Millisecond)
		_, err := io.Copy(io.Discard, r)
		return err
	}, nil)
	if err != nil || o.requests() != 1 {
		t.Errorf("%d requests, %v", o.requests(), err)
	}
}

// What a server may do between the first cut and the second request.
func TestResumeWithAChangedServer(t *testing.T) {
	other := noise(size + 1)[1:]
	tests := map[string]struct {
		etag     string
		want     bool // a checksum is known
		second   func(o *origin)
		noRange  bool
		calls    int
		lastSent func(o *origin) []byte
	}{
		"no ranges, same content":            {etag: `"v1"`, want: true, noRange: true, calls: 1},
		"no ranges, same content, unchecked": {etag: `"v1"`, noRange: true, calls: 1},
		"no validator, no checksum":          {calls: 1},
		"weak validator, no checksum":        {etag: `W/"v1"`, calls: 1},
		"weak validator, checksum":           {etag: `W/"v1"`, want: true, calls: 1},
		"changed content":                    {etag: `"v1"`, second: func(o *origin) { o.content, o.etag = other, `"v2"` }, calls: 2},
		"changed content, no validator":      {second: func(o *origin) { o.content = other }, calls: 2},
		"changed length":                     {etag: `"v1"`, second: func(o *origin) { o.content, o.etag = other[:size-5], `"v2"` }, calls: 2},
		"shorter than the prefix":            {etag: `"v1"`, second: func(o *origin) { o.content, o.etag = other[:size/3], `"v2"` }, calls: 2},
		"new validator, same content":        {etag: `"v1"`, second: func(o *origin) { o.etag = `"v2"` }, calls: 1},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			o := newOrigin(t, size)
			o.etag = test.etag
			o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
				if n == 0 {
					defer func() {
						if test.second != nil {
							test.second(o)
						}
					}()
					o.sendThen(w, size/2, nil)
				}
				if test.noRange {
					r.Header.Del("Range")
				}
				return false
			}
			req := o.request()
			if !test.want {
				req.Want = nil
			}
			client, _ := newClient(t)
			var got collector
			if err := client.Stream(t.Context(), req, got.sink, nil); err != nil {
				t.Fatal(err)
			}
			got.mustBe(t, test.calls, o.content)
		})
	}
}

func TestContentThatNeverSettles(t *testing.T) {
	o := newOrigin(t, size)
	o.act = func(n int, w http.ResponseWriter, r *http.Request) bool {
		o.content[0]++
		if n%2 == 0 {
			o.sendThen(w, size/2, nil)
		}
		r.Header.Del("Range")
		return false
	}
	req := o.request()
	req.Want = nil
	client, _ := newClient(t)
	var got collector
	err := client.Stream(t.Context(), req, got.sink, nil)
	var answer *AnswerError
	if !errors.As(err, &answer) || !strings.Contains(answer.Fact, "changes while") || len(got.calls) != maxPasses {
		t.Errorf("%d calls, %v", len(got.calls), err)
	}
}

func TestChecksumMismatch(t *testing.T) {
	o := newOrigin(t, size)
	req := o.request()
	o.content = noise(size + 1)[1:]
	client, _ := newClient(t)
	sinks := map[string]Sink{
		"reads all":   (&collector{}).sink,
		"stops early": func(r io.Reader) error { _, err := io.CopyN(io.Discard, r, 100); return err },
		"chokes":      func(io.Reader) error { return errors.New("this is no archive") },
	}
	for name, sink := range sinks {
		before := o.requests()
		err := client.Stream(t.Context(), req, sink, nil)
		var sum *ChecksumError
		if !errors.As(err, &sum) || sum.Want != req.Want[0] || sum.Got != sha256Of(o.content)[0] {
			t.Errorf("%s: got %v", name, err)
			continue
		}
		if text := err.Error(); !strings.Contains(text, sum.Want.SRI()) || !strings.Contains(text, sum.Got.SRI()) {
			t.Errorf("%s: %s", name, text)
		}
		if o.requests() != before+1 {
			t.Errorf("%s: %d requests", name, o.requests()-before)
		}
		if left := leftIn(t, client); len(left) > 0 {
			t.Errorf("%s: left: %v", name, left)
		}
	}
}

func TestTheSinkFails(t *testing.T) {
	o := newOrigin(t, 32<<20)
	client, _ := newClient(t)
	own := errors.New("I do not like it")
	if err := client.Stream(t.Context(), o.request(), func(io.Reader) error { return own }, nil); err != own {
		t.Errorf("got %v", err)
	}
	if o.sent() != 32<<20 {
		t.Errorf("%d bytes: the checksum was not computed", o.sent())
	}
	// It is all there now: no request is needed for another try.
	var got collector
	req := o.request()
	req.Size = 32 << 20
	if err := client.Stream(t.Context(), req, got.sink, nil); err != nil || o.requests() != 1 {
		t.Errorf("%d requests, %v", o.requests(), err)
	}
	got.mustBe(t, 1, o.content)

	full := fmt.Errorf("write: %w", syscall.ENOSPC)
	if err := client.Stream(t.Context(), o.request(), func(io.Reader) error { return full }, nil); err != full {
		t.Errorf("got %v", err)
	}
	if o.sent() >= 64<<20 {
		t.Error("a full disk does not end the download")
	}
}

func TestStatus(t *testing.T) {
	tests := []struct {
		code     int
		after    string
		requests int
		hint     string
	}{
		{404, "", 1, "check the name"},
		{410, "", 1, "check the name"},
		{401, "", 1, "netrc"},
		{407, "", 1, "HTTPS_PROXY"},
		{429, "", 4, "later"},
		{429, "7", 4, "again in 7s"},
		{429, "3600", 1, "again in 1h"},
		{500, "", 4, "later"},
		{503, "", 4, "later"},
		{501, "", 1, ""},
	}
	for _, test := range tests {
		o := newOrigin(t, 10)
		o.act = func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			if test.after != "" {
				w.Header().Set("Retry-After", test.after)
			}
			w.WriteHeader(test.code)
			return true
		}
		client, naps := newClient(t, func(o *Options) { o.Retries = 3 })
		err := client.Stream(t.Context(), o.request(), func(r io.Reader) error { _, err := io.ReadAll(r); return err }, nil)
		var status *StatusError
		if !errors.As(err, &status) || status.Code != test.code || !strings.Contains(status.Hint(), test.hint) {
			t.Errorf("%d: got %v, hint %q", test.code, err, status.Hint())
		}
		if o.requests() != test.requests {
			t.Errorf("%d: %d requests, not %d", test.code, o.requests(), test.requests)
		}
		if test.after == "7" && !slices.Equal(naps.all, []time.Duration{7 * time.Second, 7 * time.Second, 7 * time.Second}) {
			t.Errorf("Retry-After: slept %v", naps.all)
		}
		if test.code == 500 && !slices.Equal(naps.all, []time.Duration{375 * time.Millisecond, 750 * time.Millisecond, 1500 * time.Millisecond}) {
			t.Errorf("back-off: slept %v", naps.all)
		}
	}
}

func TestBusyThenFine(t *testing.T) {
	o := newOrigin(t, size)
	date := time.Now().Add(30 * time.Second)
	o.act = func(n int, w http.ResponseWriter, _ *http.Request) bool {
		if n == 0 {
			w.Header().Set("Retry-After", date.UTC().Format(http.TimeFormat))
			w.WriteHeader(503)
		}
		return n == 0
	}
	client, naps := newClient(t, func(o *Options) { o.Now = func() time.Time { return date.Add(-20 * time.Second) } })
	var got collector
	if err := client.Stream(t.Context(), o.request(), got.sink, nil); err != nil {
		t.Fatal(err)
	}
	got.mustBe(t, 1, o.content)
	if len(naps.all) != 1 || naps.all[0] < 18*time.Second || naps.all[0] > 20*time.Second {
		t.Errorf("slept %v", naps.all)
	}
}

func TestLies(t *testing.T) {
	o := newOrigin(t, 1000)
	tests := map[string]struct {
		act  func(n int, w http.ResponseWriter, r *http.Request) bool
		size int64
		fact string
	}{
		"shorter than announced": {func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Length", "5000")
			w.Write(o.content)
			panic(http.ErrAbortHandler)
		}, 0, "broke the connection"},
		"another length than pinned": {func(int, http.ResponseWriter, *http.Request) bool { return false }, 999, "announces 1000 bytes, expected are 999"},
		"longer than pinned, unannounced": {func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			w.Write(o.content[:500])
			http.NewResponseController(w.(*counter).ResponseWriter).Flush()
			w.Write(o.content[500:])
			return true
		}, 999, "more than 999 bytes arrive"},
		"shorter than pinned, unannounced": {func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			http.NewResponseController(w.(*counter).ResponseWriter).Flush()
			w.Write(o.content)
			return true
		}, 1001, "1000 bytes of 1001"},
		"a web page": {func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Type", "application/gzip")
			io.WriteString(w, "\n <!DOCTYPE html><title>Log in</title>")
			return true
		}, 0, "is a web page"},
		"another range": {func(n int, w http.ResponseWriter, r *http.Request) bool {
			if n == 0 {
				o.sendThen(w, 900, nil)
			}
			w.Header().Set("Content-Range", "bytes 0-99/1000")
			w.WriteHeader(206)
			w.Write(o.content[:100])
			return true
		}, 0, "changes while"},
		"a range nobody asked for": {func(_ int, w http.ResponseWriter, _ *http.Request) bool {
			w.Header().Set("Content-Range", "bytes 0-999/1000")
			w.WriteHeader(206)
			w.Write(o.content)
			return true
		}, 0, "changes while"},
	}
	for name, test := range tests {
		o.mu.Lock()
		o.asked, o.act = nil, test.act
		o.mu.Unlock()
		req := o.request()
		req.Size = test.size
		client, _ := newClient(t, func(o *Options) { o.Retries = 2 })
		var got collector
		err := client.Stream(t.Context(), req, got.sink, nil)
		if err == nil || !strings.Contains(err.Error(), test.fact) {
			t.Errorf("%s: got %v", name, err)
		}
	}
}

func TestCancel(t *testing.T) {
	o := newOrigin(t, size)
	ctx, cancel := context.WithCancelCause(t.Context())
	o.act = func(_ int, w http.ResponseWriter, r *http.Request) bool {
		o.sendThen(w, size/2, func() { <-r.Context().Done() })
		return true
	}
	client, _ := newClient(t)
	var got collector
	interrupted := func(r io.Reader) error {
		io.CopyN(io.Discard, r, size/4)
		cancel(errors.New("Ctrl-C"))
		return got.sink(r)
	}
	if err := client.Stream(ctx, o.request(), interrupted, nil); err == nil || err.Error() != "Ctrl-C" {
		t.Errorf("got %v", err)
	}
	o.act = nil
	if err := client.Stream(t.Context(), o.request(), got.sink, nil); err != nil {
		t.Fatal(err)
	}
	got.mustBe(t, 2, o.content)
	if o.ranges()[1] == "" {
		t.Error("what had arrived was not used")
	}
}

func TestConcurrencyIsBounded(t *testing.T) {
	o := newOrigin(t, 10)
	var mu sync.Mutex
	now, most := 0, 0
	o.act = func(int, http.ResponseWriter, *http.Request) bool {
		mu.Lock()
		now++
		most = max(most, now)
		mu.Unlock()
		time.Sleep(5 * time.Millisecond)
		mu.Lock()
		now--
		mu.Unlock()
		return false
	}
	client, _ := newClient(t, func(o *Options) { o.Concurrency = 3 })
	var all sync.WaitGroup
	for i := range 20 {
		all.Go(func() {
			req := Request{URL: fmt.Sprint(o.URL, "/", i), Want: sha256Of(o.content)[:i%2]}
			if err := client.Stream(t.Context(), req, func(r io.Reader) error { _, err := io.ReadAll(r); return err }, nil); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if most > 3 {
		t.Errorf("%d exchanges at once", most)
	}
}
