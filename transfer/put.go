package transfer

import (
	"context"
	"io"
	"net/http"
	"sync"
	"time"
)

// Upload is content to send. Open is called for each attempt, and gives the
// content from its first byte.
type Upload struct {
	Request                               // URL, Header, Size (which must be known), Label, Authorize
	Open    func() (io.ReadCloser, error) // the content
}

// Put sends up to its URL with the method PUT, again where the connection breaks
// or the server is busy. A server that answers while it is still being sent to
// is listened to.
//
// Errors: ConnectError, StatusError, AnswerError, EnvError, the context's cause,
// or Open's own.
func (c *Client) Put(ctx context.Context, up Upload, progress Progress) (err error) {
	if progress == nil {
		progress = silent{}
	}
	id := c.newID()
	if up.Label == "" {
		up.Label = labelOf(up.URL)
	}
	progress.Start(id, up.Label, up.Size)
	defer func() { progress.Done(id, err) }()
	return c.persist(ctx, func(ctx context.Context) (bool, error) {
		body := &upload{Upload: up, count: func(n int64) { progress.Add(id, n) }}
		err := c.put(ctx, body)
		if err != nil {
			body.takeBack(nil)
		}
		return false, err
	})
}

func (c *Client) put(ctx context.Context, body *upload) error {
	content, err := body.Open()
	if err != nil {
		return err
	}
	defer content.Close()
	body.first = content
	resp, err := c.open(ctx, call{method: http.MethodPut, url: body.URL, header: body.Header, authorize: body.Authorize, body: body})
	if err != nil {
		return err
	}
	defer resp.Body.Close()
	if resp.StatusCode < 200 || resp.StatusCode > 299 {
		return c.statusError(resp, body.URL)
	}
	return nil
}

// upload is one attempt to send content.
type upload struct {
	Upload
	first io.ReadCloser
	count func(n int64)

	mu   sync.Mutex
	body *sending // the one that counts: of two, after a redirect, the second
	sent int64    // what it has counted
}

// send makes r carry the content. The watch begins anew with each piece that
// the connection takes.
func (u *upload) send(r *http.Request, watch *time.Timer, stall time.Duration) {
	r.ContentLength = u.Size
	if u.Size == 0 {
		r.Body = http.NoBody
		return
	}
	begin := func(content io.ReadCloser) io.ReadCloser {
		body := &sending{content, u, watch, stall}
		u.takeBack(body)
		return body
	}
	r.Body = begin(u.first)
	r.GetBody = func() (io.ReadCloser, error) {
		content, err := u.Open()
		if err != nil {
			return nil, err
		}
		return begin(content), nil
	}
}

// takeBack takes what was counted back, and lets next count. A connection may
// go on to read what it sends when its answer is there already.
func (u *upload) takeBack(next *sending) {
	u.mu.Lock()
	defer u.mu.Unlock()
	u.count(-u.sent)
	u.body, u.sent = next, 0
}

func (u *upload) add(body *sending, n int64) {
	u.mu.Lock()
	defer u.mu.Unlock()
	if body == u.body {
		u.sent += n
		u.count(n)
	}
}

type sending struct {
	io.ReadCloser
	up    *upload
	watch *time.Timer
	stall time.Duration
}

func (s *sending) Read(p []byte) (int, error) {
	n, err := s.ReadCloser.Read(p)
	s.watch.Reset(s.stall)
	s.up.add(s, int64(n))
	return n, err
}
