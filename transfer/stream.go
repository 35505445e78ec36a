package transfer

import (
	"context"
	"errors"
	"io"
	"strconv"
	"syscall"

	"devenv/transfer/internal/pipe"
)

// Sink consumes content from its first byte to its end, or fails. It may be
// called again, and must then begin from nothing: when the content changed on
// the server half-way, or when bytes kept from an earlier run proved wrong. In
// both cases the reader of the earlier call ended with an error. A sink that
// stops before the end without an error leaves the rest to be hashed and
// thrown away. It must not call the client.
type Sink = func(content io.Reader) error

// errAnew asks for a new pass: what was fed to the sink is not the beginning
// of what is to be had.
var errAnew = errors.New("the content is not what it was when the download began")

const maxPasses = 3

// Stream downloads req.URL into sink in one pass: content is hashed while the
// sink consumes it, and a broken connection is resumed without the sink
// noticing. It returns nil when the sink succeeded and all checksums match.
//
// Errors: ConnectError, StatusError, AnswerError, ChecksumError, LengthError, EnvError, the
// context's cause, or the sink's own; a ChecksumError comes before the sink's,
// for whoever cannot read damaged content is not to blame.
func (c *Client) Stream(ctx context.Context, req Request, sink Sink, progress Progress) (err error) {
	d, err := c.newDownload(ctx, req, progress)
	if err != nil {
		return err
	}
	defer func() { d.end(err) }()
	for range maxPasses {
		err = d.pass(ctx, sink)
		if !errors.Is(err, errAnew) {
			return err
		}
	}
	return &AnswerError{URL: redact(req.URL), Fact: "the content changes while it is downloaded", Next: "run it again, or try another mirror"}
}

// pass runs the sink once, from the first byte, while feed downloads beside it.
func (d *download) pass(ctx context.Context, sink Sink) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	content := pipe.New()
	fed := make(chan error, 1)
	go func() {
		err := d.feed(ctx, content)
		content.Finish(err)
		fed <- err
	}()
	sinkErr := sink(content)
	if errors.Is(sinkErr, syscall.ENOSPC) || errors.Is(sinkErr, syscall.EDQUOT) {
		cancel(sinkErr) // what a full disk refuses need not be downloaded
	}
	content.Drain()
	feedErr := <-fed

	var checksum *ChecksumError
	switch {
	case errors.Is(feedErr, errAnew), errors.As(feedErr, &checksum):
		return feedErr
	case sinkErr != nil && !content.Told():
		return sinkErr
	}
	return feedErr
}

// feed downloads all of the content into out and verifies it before out ends.
func (d *download) feed(ctx context.Context, out *pipe.Pipe) error {
	d.rewind()
	var err error
	if d.part.whole(d.total) {
		err = d.replay(ctx, out)
	} else {
		err = d.client.persist(ctx, func(ctx context.Context) (bool, error) { return d.attempt(ctx, out) })
	}
	if err != nil {
		return err
	}
	if err := d.sums.check(d.req.URL); err != nil {
		if d.patched {
			return d.anew()
		}
		d.part.reset()
		return err
	}
	return nil
}

func (c *Client) newID() string { return strconv.FormatInt(c.ids.Add(1), 10) }
