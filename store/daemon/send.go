package daemon

import (
	"context"
	"errors"
	"io"
)

// errAnswered is the error of a stream whose receiver wants no more of it.
var errAnswered = errors.New("a reply before everything was sent")

// upload is a request with a stream of bytes after its arguments.
type upload struct {
	op    op
	doing string
	args  func(*encoder)
	body  func(io.Writer) error // in large writes
	reply func(*decoder) Info   // what was added, if it is one path
	own   bool                  // body makes no requests of this client itself
}

// send makes the request. The daemon's messages are read meanwhile: it may have
// many, and it may have an error, after which nothing more is sent. The path that
// the reply describes is a temporary root of the connection.
func (c *Client) send(ctx context.Context, u upload) (info Info, err error) {
	use := c.pool.streaming
	if u.own {
		use = c.pool.using
	}
	err = use(ctx, c.events, u.doing, func(conn *connection) error {
		if err := conn.ask(u.op, u.args); err != nil {
			return err
		}
		if err := conn.upload(u.body); err != nil {
			return err
		}
		return conn.reply(func(d *decoder) {
			if info = u.reply(d); !info.Path.IsZero() {
				conn.held[info.Path] = struct{}{}
			}
		})
	})
	return info, err
}

// upload sends what body writes, and reads the messages of the request. After
// an error the connection is not in step: some daemons take what they did not
// read for requests.
func (c *connection) upload(body func(io.Writer) error) error {
	answered := make(chan struct{})
	var answer error
	go func() {
		defer close(answered)
		answer = c.listen()
	}()
	frames := c.w.Frames(func() error {
		select {
		case <-answered:
			return errAnswered
		default:
			return nil
		}
	})
	sent := body(frames)
	if sent == nil {
		sent = frames.Close()
	}
	if sent != nil && !errors.Is(sent, errAnswered) && c.w.Err() == nil {
		c.stream.Close() // or the daemon would take what it has for the whole
	}
	<-answered
	c.inStep = false
	if _, said := errors.AsType[*Error](answer); said || sent == nil {
		return answer
	}
	if errors.Is(sent, errAnswered) {
		c.r.Fail(errAnswered)
	}
	return sent
}
