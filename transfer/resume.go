package transfer

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"

	"devenv/transfer/internal/pipe"
)

// resumeAt is the offset the next attempt asks for: what is there already,
// when it can be proved to belong to what follows; by the entity's validator
// on the server's side, or by a checksum at the end.
func (d *download) resumeAt() int64 {
	if d.validator == "" && len(d.req.Want) == 0 {
		return 0
	}
	if d.fed > 0 {
		return d.fed
	}
	return d.part.size()
}

// join makes an answer continue what the sink was fed: it returns the body
// from exactly there on, or says that the sink must begin anew.
func (d *download) join(ctx context.Context, out *pipe.Pipe, resp *http.Response, from int64) (io.Reader, error) {
	switch resp.StatusCode {
	case http.StatusOK:
		return d.joinWhole(resp)
	case http.StatusPartialContent:
		start, total, ok := contentRange(resp.Header.Get("Content-Range"))
		if from == 0 || !ok || start != from || !d.sameEntity(resp, total) {
			return nil, d.anew()
		}
		if err := d.expect(total); err != nil {
			return nil, err
		}
		d.patched = d.patched || d.validator == ""
		return resp.Body, d.catchUp(ctx, out)
	case http.StatusRequestedRangeNotSatisfiable:
		// We may have all of it: a process was killed between the last byte and
		// the end, or the cut came just there.
		total, err := strconv.ParseInt(strings.TrimPrefix(resp.Header.Get("Content-Range"), "bytes */"), 10, 64)
		if err != nil || from == 0 || total != from || d.expect(total) != nil {
			return nil, d.anew()
		}
		d.patched = true
		return strings.NewReader(""), d.catchUp(ctx, out)
	}
	return nil, d.client.statusError(resp, d.req.URL)
}

// joinWhole takes an answer that begins at the first byte. What the sink
// already has is skipped if it is the same, byte for byte.
func (d *download) joinWhole(resp *http.Response) (io.Reader, error) {
	if d.fed == 0 {
		d.anew() //nolint:errcheck // this answer is the new beginning
	}
	if err := d.expect(resp.ContentLength); err != nil {
		if d.req.Size <= 0 {
			return nil, d.anew()
		}
		return nil, err
	}
	if d.fed > 0 {
		again := newDigests(d.req.Want)
		if _, err := io.CopyN(again, resp.Body, d.fed); err != nil {
			return nil, d.broken(err)
		}
		if again.prefix() != d.sums.prefix() {
			return nil, d.anew()
		}
		d.validator = validatorOf(resp.Header)
		d.part.describe(d.about())
		return resp.Body, nil
	}
	d.validator = validatorOf(resp.Header)
	d.part.describe(d.about())
	d.announce(d.total)
	return refuseHTML(resp.Body, d.req.URL)
}

// catchUp feeds what an earlier process left, before the body that follows it.
func (d *download) catchUp(ctx context.Context, out *pipe.Pipe) error {
	if d.fed > 0 {
		return nil
	}
	return d.replay(ctx, out)
}

// anew forgets everything about the content but what the request says. Its
// result asks for another pass, which a sink needs that was fed something.
func (d *download) anew() error {
	d.part.reset()
	d.validator, d.patched = "", false
	d.total = -1
	if d.req.Size > 0 {
		d.total = d.req.Size
	}
	return errAnew
}

// expect takes note of the length that an answer announces; -1: it does not.
func (d *download) expect(total int64) error {
	if total < 0 || total == d.total {
		return nil
	}
	if d.total >= 0 {
		return d.wrongLength("the server announces " + bytesText(total))
	}
	d.total = total
	return nil
}

// sameEntity reports whether a 206 speaks of the entity that we have the
// beginning of.
func (d *download) sameEntity(resp *http.Response, total int64) bool {
	if total >= 0 && d.total >= 0 && total != d.total {
		return false
	}
	etag := resp.Header.Get("ETag")
	return d.validator == "" || etag == "" || !strings.HasPrefix(d.validator, `"`) || etag == d.validator
}

func (d *download) about() about {
	return about{URL: redact(d.req.URL), Validator: d.validator, Total: d.total}
}

func (d *download) wrongLength(fact string) error {
	return &LengthError{URL: redact(d.req.URL), Fact: fact, Want: d.total}
}

func (d *download) cut(fact string) error {
	host := ""
	if u, err := url.Parse(d.req.URL); err == nil {
		host = u.Host
	}
	return &ConnectError{URL: redact(d.req.URL), Host: host, Reason: Cut, Err: errors.New(fact)}
}

// broken is the error of a body that ended within what is already known.
func (d *download) broken(err error) error {
	if err == io.EOF {
		return d.cut("it ended after fewer bytes than before")
	}
	return err
}

func bytesText(n int64) string { return strconv.FormatInt(n, 10) + " bytes" }

// validatorOf is what If-Range may carry (RFC 9110 §13.1.5): a strong ETag, or
// a date.
func validatorOf(h http.Header) string {
	if etag := h.Get("ETag"); strings.HasPrefix(etag, `"`) {
		return etag
	}
	return h.Get("Last-Modified")
}

// contentRange reads "bytes 5-9/10"; total is -1 for "*".
func contentRange(v string) (start, total int64, ok bool) {
	v, ok = strings.CutPrefix(v, "bytes ")
	span, size, ok2 := strings.Cut(v, "/")
	first, _, ok3 := strings.Cut(span, "-")
	if !ok || !ok2 || !ok3 {
		return 0, 0, false
	}
	start, err := strconv.ParseInt(first, 10, 64)
	total = -1
	if size != "*" && err == nil {
		total, err = strconv.ParseInt(size, 10, 64)
	}
	return start, total, err == nil && start >= 0
}

// refuseHTML looks at the first bytes of a body: a web page where data was
// expected is a login page, a proxy's excuse or a listing.
func refuseHTML(body io.Reader, rawURL string) (io.Reader, error) {
	head := make([]byte, 512)
	n, err := io.ReadFull(body, head)
	head = head[:n]
	if err == io.EOF || err == io.ErrUnexpectedEOF {
		body = strings.NewReader("")
	} else if err != nil {
		return nil, err
	}
	if strings.HasPrefix(http.DetectContentType(head), "text/html") {
		return nil, &AnswerError{URL: redact(rawURL), Fact: "the answer is a web page, not the file",
			Next: "open the URL in a browser: a network's login page, a proxy or a wrong mirror answers in the server's place"}
	}
	return io.MultiReader(bytes.NewReader(head), body), nil
}
