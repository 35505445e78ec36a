package binarycache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/http"
	"strings"

	"devenv/store/nixhash"
	"devenv/transfer"
)

// httpFiles is a cache on a web server, or a bucket.
type httpFiles struct {
	client    *transfer.Client
	base      string // URL without a slash at its end
	authorize func(*http.Request) error
	progress  transfer.Progress
}

// url is that of a file; a .narinfo may name one elsewhere.
func (h *httpFiles) url(name string) string {
	if strings.HasPrefix(name, "http://") || strings.HasPrefix(name, "https://") {
		return name
	}
	return h.base + "/" + strings.TrimPrefix(name, "/")
}

func (h *httpFiles) request(name string) transfer.Request {
	return transfer.Request{URL: h.url(name), Authorize: h.authorize}
}

func (h *httpFiles) get(ctx context.Context, name string, most int64) ([]byte, error) {
	text, _, err := h.client.Get(ctx, h.request(name), most)
	return text, absent(err)
}

func (h *httpFiles) stream(ctx context.Context, name string, about archive, sink func(io.Reader) error) error {
	req := h.request(name)
	req.Size = about.size
	if about.hash.Algo() == nixhash.SHA256 {
		req.Want = []transfer.Checksum{about.hash}
	}
	return absent(h.client.Stream(ctx, req, sink, h.progress))
}

func (h *httpFiles) has(ctx context.Context, name string) (bool, error) {
	_, err := h.client.SizeOf(ctx, h.request(name))
	if err = absent(err); errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil, err
}

func (h *httpFiles) put(ctx context.Context, name, mediaType string, c content) error {
	req := h.request(name)
	req.Size = c.size
	req.Header = http.Header{"Content-Type": {mediaType}}
	if h.authorize != nil {
		req.Header.Set(contentHeader, c.hash.Base16())
	}
	return h.client.Put(ctx, transfer.Upload{Request: req, Open: c.open}, nil)
}

// absent makes an answer that there is no such file an fs.ErrNotExist.
func absent(err error) error {
	var status *transfer.StatusError
	if errors.As(err, &status) && status.NotFound() {
		return fmt.Errorf("%w: %w", err, fs.ErrNotExist)
	}
	return err
}

// isForbidden reports whether a server will not say: a bucket that may not be
// listed answers so for what it does not have.
func isForbidden(err error) bool {
	var status *transfer.StatusError
	return errors.As(err, &status) && status.Code == http.StatusForbidden
}
