package transfer

import (
	"context"
	"io"
	"net/http"
	"strconv"

	"devenv/transfer/internal/pipe"
)

// download is the state of one Stream.
type download struct {
	client *Client
	req    Request
	id     string
	hear   Progress
	begun  bool // hear.Start was called
	part   *partial

	sums *digests // of what this pass has fed to the sink
	fed  int64    // how much that is
	best int64    // the most that any attempt reached

	total     int64  // length of the content; -1 unknown
	validator string // strong ETag or date of the entity the bytes belong to
	patched   bool   // put together from pieces that only a checksum can vouch for
}

func (c *Client) newDownload(ctx context.Context, req Request, progress Progress) (*download, error) {
	if req.Label == "" {
		req.Label = labelOf(req.URL)
	}
	if progress == nil {
		progress = silent{}
	}
	part, err := c.openPartial(ctx, req)
	if err != nil {
		return nil, err
	}
	d := &download{client: c, req: req, id: c.newID(), hear: progress, part: part, total: -1}
	if req.Size > 0 {
		d.total = req.Size
	}
	if part.size() > 0 {
		d.patched = true
		d.validator = part.about.Validator
	}
	return d, nil
}

// end lets go of the partial file and closes the progress.
func (d *download) end(err error) {
	d.part.close(err == nil)
	if d.begun {
		d.hear.Done(d.id, err)
	}
}

// rewind prepares a pass from the first byte.
func (d *download) rewind() {
	if d.fed > 0 {
		d.hear.Add(d.id, -d.fed)
	}
	d.sums, d.fed, d.best = newDigests(d.req.Want), 0, 0
}

// attempt makes one exchange and feeds what it brings. It reports whether that
// was more than any attempt before.
func (d *download) attempt(ctx context.Context, out *pipe.Pipe) (progress bool, err error) {
	defer func() {
		progress = d.fed > d.best
		d.best = max(d.best, d.fed)
	}()
	from := d.resumeAt()
	resp, err := d.client.open(ctx, call{method: http.MethodGet, url: d.req.URL, header: d.header(from), authorize: d.req.Authorize})
	if err != nil {
		return false, err
	}
	defer resp.Body.Close()
	if d.req.Heard != nil && resp.StatusCode < http.StatusMultipleChoices && resp.Request != nil {
		d.req.Heard(resp.Request.URL, resp.Header)
	}
	body, err := d.join(ctx, out, resp, from)
	if err != nil {
		return false, err
	}
	return false, d.copy(ctx, out, body)
}

func (d *download) header(from int64) http.Header {
	h := d.req.Header.Clone()
	if h == nil {
		h = http.Header{}
	}
	h.Set("Accept-Encoding", "identity") // offsets are of the bytes themselves
	if from > 0 {
		h.Set("Range", "bytes="+strconv.FormatInt(from, 10)+"-")
		if d.validator != "" {
			h.Set("If-Range", d.validator)
		}
	}
	return h
}

// copy feeds body to its end, which must be the content's.
func (d *download) copy(ctx context.Context, out *pipe.Pipe, body io.Reader) error {
	for {
		b, err := out.Buffer(ctx)
		if err != nil {
			return err
		}
		n, err := body.Read(b)
		if d.total >= 0 && d.fed+int64(n) > d.total {
			return d.wrongLength("more than " + bytesText(d.total) + " arrive")
		}
		d.feedChunk(out, b[:n])
		switch {
		case err == io.EOF && d.fed < d.total:
			return d.cut("ended after " + bytesText(d.fed) + " of " + strconv.FormatInt(d.total, 10))
		case err == io.EOF:
			return nil
		case err != nil:
			return err
		}
	}
}

// replay feeds what the partial file has.
func (d *download) replay(ctx context.Context, out *pipe.Pipe) error {
	d.announce(d.total)
	stored := d.part.reader()
	for {
		b, err := out.Buffer(ctx)
		if err != nil {
			return err
		}
		n, err := stored.Read(b)
		d.sums.Write(b[:n])
		d.fed += int64(n)
		d.hear.Add(d.id, int64(n))
		out.Send(b[:n])
		switch {
		case err == io.EOF && d.fed == d.part.size():
			return nil
		case err != nil:
			d.part.reset()
			return errAnew
		}
	}
}

func (d *download) feedChunk(out *pipe.Pipe, b []byte) {
	d.sums.Write(b)
	d.part.append(b)
	d.fed += int64(len(b))
	d.hear.Add(d.id, int64(len(b)))
	out.Send(b)
}

func (d *download) announce(total int64) {
	if !d.begun {
		d.begun = true
		d.hear.Start(d.id, d.req.Label, total)
	}
}
