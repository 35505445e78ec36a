package daemon

import (
	"fmt"
	"strings"
)

const (
	// maxMessage bounds one message of a daemon, in bytes: a line of a log.
	maxMessage = 16 << 20
	// maxReply bounds what a reply may make a client keep, in bytes. A store of
	// two million paths is listed in less.
	maxReply = 256 << 20
)

// listen reads the messages of the request under way, up to the one after which
// the reply comes. An *Error is the daemon's; then no reply comes.
func (c *connection) listen() error {
	for {
		c.r.Allow(maxMessage)
		tag := c.r.U64()
		if err := c.r.Err(); err != nil {
			return err
		}
		c.heard = true
		switch tag {
		case messageLast:
			return nil
		case messageError:
			return c.readError()
		case messageNext:
			c.tell(Event{Kind: Message, Level: LevelInfo, Text: strings.TrimSuffix(c.r.Text(), "\n")})
		case messageStart:
			c.tell(c.readStart())
		case messageStop:
			c.tell(Event{Kind: Stop, Activity: c.r.U64()})
		case messageResult:
			c.tell(Event{Kind: Outcome, Activity: c.r.U64(), Type: Type(c.r.U64()), Fields: c.readFields()})
		case messageRead, messageWrite:
			c.r.Fail(fmt.Errorf("a stream (message %#x) that was not asked for", tag))
		default:
			c.r.Fail(fmt.Errorf("message %#x is none that is known", tag))
		}
	}
}

// tell passes e on, unless it did not come whole.
func (c *connection) tell(e Event) {
	if c.r.Err() == nil && c.events != nil {
		c.events(e)
	}
}

func (c *connection) readStart() Event {
	return Event{
		Kind:     Start,
		Activity: c.r.U64(),
		Level:    Level(c.r.Int(255)),
		Type:     Type(c.r.U64()),
		Text:     c.r.Text(),
		Fields:   c.readFields(),
		Parent:   c.r.U64(),
	}
}

func (c *connection) readFields() []Field {
	n := c.r.Count(16)
	var fields []Field
	for range n {
		var f Field
		switch kind := c.r.U64(); kind {
		case 0:
			f.Number = c.r.U64()
		case 1:
			f.Text, f.IsText = c.r.Text(), true
		default:
			c.r.Fail(fmt.Errorf("field of type %d", kind))
		}
		if c.r.Err() != nil {
			return nil
		}
		fields = append(fields, f)
	}
	return fields
}

// readError reads an error, after which the connection can be used again.
func (c *connection) readError() error {
	if kind := c.r.Text(); kind != "Error" {
		c.r.Fail(fmt.Errorf("an error of type %q", kind))
	}
	e := &Error{Level: Level(c.r.Int(255))}
	c.r.Text() // once the error's name
	e.Message = plain(c.r.Text())
	c.noPosition()
	n := c.r.Count(16)
	for range n {
		c.noPosition()
		trace := plain(c.r.Text())
		if c.r.Err() != nil {
			break
		}
		e.Traces = append(e.Traces, trace)
	}
	if err := c.r.Err(); err != nil {
		return err
	}
	c.inStep = true
	return e
}

// noPosition reads that there is no position in a file, which Nix never sends.
func (c *connection) noPosition() {
	if c.r.U64() != 0 {
		c.r.Fail(fmt.Errorf("an error with a position"))
	}
}
