package transfer

import (
	"context"
	"net/http"
)

// Size asks how many bytes url has, without downloading it: by HEAD, or, where
// a server has no answer to that, by asking for the first byte. It returns -1
// when the server does not tell.
func (c *Client) Size(ctx context.Context, url string) (int64, error) {
	return c.SizeOf(ctx, Request{URL: url})
}

// SizeOf is Size for a request with headers of its own.
func (c *Client) SizeOf(ctx context.Context, req Request) (int64, error) {
	size := int64(-1)
	err := c.persist(ctx, func(ctx context.Context) (bool, error) {
		var err error
		if size, err = c.sizeBy(ctx, http.MethodHead, req); err != nil || size >= 0 {
			return false, err
		}
		size, err = c.sizeBy(ctx, http.MethodGet, req)
		return false, err
	})
	return size, err
}

func (c *Client) sizeBy(ctx context.Context, method string, req Request) (int64, error) {
	h := req.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Accept-Encoding", "identity")
	if method == http.MethodGet {
		h.Set("Range", "bytes=0-0")
	}
	resp, err := c.open(ctx, call{method: method, url: req.URL, header: h, authorize: req.Authorize})
	if err != nil {
		return -1, err
	}
	defer resp.Body.Close()
	switch code := resp.StatusCode; {
	case code == http.StatusOK:
		return resp.ContentLength, nil
	case code == http.StatusPartialContent:
		if _, total, ok := contentRange(resp.Header.Get("Content-Range")); ok {
			return total, nil
		}
		return -1, nil
	case method == http.MethodHead && (code == http.StatusMethodNotAllowed || code == http.StatusNotImplemented || code == http.StatusForbidden || code == http.StatusBadRequest):
		return -1, nil // presigned URLs and some servers refuse HEAD alone
	}
	return -1, c.statusError(resp, req.URL)
}
