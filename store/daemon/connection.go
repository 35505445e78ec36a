package daemon

import (
	"devenv/store/daemon/wire"
	"devenv/store/storepath"
)

// connection is a conversation with a daemon. One goroutine uses it at a time.
type connection struct {
	stream Stream
	r      *wire.Reader
	w      *wire.Writer
	dir    storepath.Dir
	proto  protocol
	server Server
	events func(Event)

	inStep bool // the next thing to do is a request
	heard  bool // the daemon has said something to the request under way
	reused bool // it has served another request before

	// held are the paths that the daemon keeps from collection until this
	// connection ends.
	held map[storepath.Path]struct{}
}

func newConnection(s Stream, dir storepath.Dir) *connection {
	return &connection{stream: s, r: wire.NewReader(s), w: wire.NewWriter(s), dir: dir, held: map[storepath.Path]struct{}{}}
}

// call makes a request: args writes the arguments and reply reads the reply.
// Both may be nil.
func (c *connection) call(o op, args func(*encoder), reply func(*decoder)) error {
	if err := c.ask(o, args); err != nil {
		return err
	}
	return c.answer(reply)
}

// ask sends a request.
func (c *connection) ask(o op, args func(*encoder)) error {
	c.inStep, c.heard = false, false
	e := &encoder{c.w, c.dir, c.proto}
	e.U64(uint64(o))
	if args != nil {
		args(e)
	}
	if err := c.w.Flush(); err != nil {
		return c.lastWords(err)
	}
	return nil
}

// lastWords returns the error that a daemon left behind before it closed the
// connection so that writing failed with err, or else err.
func (c *connection) lastWords(err error) error {
	if said, ok := c.listen().(*Error); ok {
		c.inStep = false
		return said
	}
	return err
}

// answer reads the messages and the reply to a request.
func (c *connection) answer(reply func(*decoder)) error {
	if err := c.listen(); err != nil {
		return err
	}
	return c.reply(reply)
}

// reply reads a reply, which ends the request.
func (c *connection) reply(read func(*decoder)) error {
	if read != nil {
		c.r.Allow(maxReply)
		read(&decoder{c.r, c.dir, c.proto})
	}
	if err := c.r.Err(); err != nil {
		return err
	}
	c.inStep = true
	return nil
}

// usable reports whether another request can be made.
func (c *connection) usable() bool {
	return c.inStep && c.w.Err() == nil && c.r.Err() == nil && len(c.r.Buffered()) == 0 && c.stream.Alive()
}
