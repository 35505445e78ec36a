package transfer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"
)

// errStalled is the cause that ends an exchange in which nothing moves.
var errStalled = errors.New("nothing arrived for too long")

// call is what one exchange asks.
type call struct {
	method    string
	url       string
	header    http.Header
	authorize func(*http.Request) error // see Request.Authorize; may be nil
	body      *upload                   // nil: none
}

// open makes one HTTP exchange and returns its answer, whatever its status.
// The exchange holds one of the client's slots until the body is closed. A
// server that is silent for Options.Stall, before or within the body, ends it
// with a ConnectError; time that the caller spends between reads is not counted.
func (c *Client) open(ctx context.Context, call call) (*http.Response, error) {
	hc, err := c.http()
	if err != nil {
		return nil, err
	}
	u, err := url.Parse(call.url)
	if err != nil || u.Host == "" || u.Scheme != "http" && u.Scheme != "https" {
		return nil, &AnswerError{URL: redact(call.url), Fact: "not an http or https URL", Next: "correct the URL"}
	}
	select {
	case c.slots <- struct{}{}:
	case <-ctx.Done():
		return nil, context.Cause(ctx)
	}
	exchange, cancel := context.WithCancelCause(ctx)
	release := func() { cancel(nil); <-c.slots }
	watch := time.AfterFunc(c.opt.Stall, func() { cancel(errStalled) })

	r := (&http.Request{Method: call.method, URL: u, Host: u.Host, Header: call.header.Clone()}).WithContext(exchange)
	if r.Header == nil {
		r.Header = http.Header{}
	}
	if call.body != nil {
		call.body.send(r, watch, c.opt.Stall)
	}
	if call.authorize != nil {
		own := *hc
		own.Transport = &authorizer{base: hc.Transport, authorize: call.authorize}
		hc = &own
	}
	if u.User != nil {
		// Sent as a header, so that it is dropped when a redirect leaves the host.
		password, _ := u.User.Password()
		r.SetBasicAuth(u.User.Username(), password)
		bare := *u
		bare.User = nil
		r.URL = &bare
	}
	resp, err := hc.Do(r)
	watch.Stop()
	if err != nil {
		err = explain(exchange, u, err)
		release()
		return nil, err
	}
	resp.Body = &watchedBody{body: resp.Body, url: u, exchange: exchange, watch: watch, stall: c.opt.Stall, release: release}
	return resp, nil
}

// watchedBody ends a read that takes too long, and says what went wrong in
// this package's words.
type watchedBody struct {
	body     io.ReadCloser
	url      *url.URL
	exchange context.Context
	watch    *time.Timer
	stall    time.Duration
	release  func()
}

func (b *watchedBody) Read(p []byte) (int, error) {
	b.watch.Reset(b.stall)
	n, err := b.body.Read(p)
	b.watch.Stop()
	if err != nil && err != io.EOF {
		err = explain(b.exchange, b.url, err)
	}
	return n, err
}

func (b *watchedBody) Close() error {
	b.watch.Stop()
	err := b.body.Close()
	if b.release != nil {
		b.release()
		b.release = nil
	}
	return err
}
