package transfer

import (
	"context"
	"errors"
	"io"
	"net/http"
	"time"
)

// Get returns the content of req.URL, at most maxBytes of it, and the headers
// it came with. Answers are kept on disk and asked for conditionally (ETag,
// Last-Modified); see Request.MaxAge and Request.StaleOK for when the server is
// not asked at all, or need not answer.
func (c *Client) Get(ctx context.Context, req Request, maxBytes int64) ([]byte, http.Header, error) {
	kept := c.recall(req)
	now := c.opt.Now()
	if kept != nil && req.MaxAge > 0 && now.Sub(kept.Validated) < req.MaxAge && !kept.Validated.After(now) {
		return kept.body, kept.Header, nil
	}
	var got *answer
	err := c.persist(ctx, func(ctx context.Context) (bool, error) {
		var err error
		got, err = c.get(ctx, req, kept, maxBytes)
		return false, err
	})
	if err != nil {
		if kept != nil && req.StaleOK && ctx.Err() == nil && mayBeStale(err) {
			return kept.body, markStale(kept.Header, kept.Validated), nil
		}
		return nil, nil, err
	}
	c.remember(req, got)
	return got.body, got.Header, nil
}

// get makes one exchange; kept, if not nil, is what we have.
func (c *Client) get(ctx context.Context, req Request, kept *answer, maxBytes int64) (*answer, error) {
	resp, err := c.open(ctx, call{method: http.MethodGet, url: req.URL, header: conditional(req.Header, kept), authorize: req.Authorize})
	if err != nil {
		return nil, err
	}
	defer resp.Body.Close()
	if resp.StatusCode == http.StatusNotModified && kept != nil {
		again := *kept
		again.Validated = c.opt.Now()
		return &again, nil
	}
	if resp.StatusCode != http.StatusOK {
		return nil, c.statusError(resp, req.URL)
	}
	content, err := refuseHTML(resp.Body, req.URL)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(io.LimitReader(content, maxBytes+1))
	if err != nil {
		return nil, err
	}
	if int64(len(body)) > maxBytes {
		return nil, &AnswerError{URL: redact(req.URL), Fact: "the answer is longer than " + bytesText(maxBytes), Next: "this is no index of the kind that was expected: check the mirror's URL"}
	}
	sums := newDigests(req.Want)
	sums.Write(body)
	if err := sums.check(req.URL); err != nil {
		return nil, err
	}
	return &answer{Validated: c.opt.Now(), Header: keepHeader(resp.Header), body: body}, nil
}

func conditional(given http.Header, kept *answer) http.Header {
	h := given.Clone()
	if h == nil {
		h = http.Header{}
	}
	if kept != nil {
		if etag := kept.Header.Get("ETag"); etag != "" {
			h.Set("If-None-Match", etag)
		} else if date := kept.Header.Get("Last-Modified"); date != "" {
			h.Set("If-Modified-Since", date)
		}
	}
	return h
}

// mayBeStale reports whether err says that the server cannot tell, rather than
// that it tells something else.
func mayBeStale(err error) bool {
	var connect *ConnectError
	var status *StatusError
	var answer *AnswerError
	return errors.As(err, &connect) || errors.As(err, &answer) || errors.As(err, &status) && !status.NotFound()
}

// staleKey is no header that a server can send: those are canonical.
const staleKey = "stale since"

func markStale(h http.Header, since time.Time) http.Header {
	h = h.Clone()
	h[staleKey] = []string{since.Format(time.RFC3339)}
	return h
}

// StaleSince reports whether headers that Get returned are of an old answer,
// returned because the server could not be asked (Request.StaleOK), and when
// that answer was last known to be right.
func StaleSince(h http.Header) (time.Time, bool) {
	v := h[staleKey]
	if len(v) == 0 {
		return time.Time{}, false
	}
	t, err := time.Parse(time.RFC3339, v[0])
	return t, err == nil
}
