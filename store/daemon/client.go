package daemon

import (
	"context"
	"errors"

	"devenv/store/storepath"
)

// Options say which daemon to speak with, and how.
type Options struct {
	// URL is "daemon" (also if it is empty), "unix://PATH" or
	// "ssh-ng://[USER@]HOST[:PORT]", with Nix's parameters for these stores.
	URL string
	// Getenv tells of NIX_DAEMON_SOCKET_PATH, NIX_STATE_DIR, NIX_STORE_DIR and
	// NIX_SSHOPTS. It may be nil.
	Getenv func(string) string
	// Dial opens the connections, if it is set, and URL only names the store.
	Dial Dial
	// Settings are sent on each connection to a daemon of this machine. If they
	// are nil, the daemon's own are in force. A daemon that ssh starts is not
	// sent any: it has the settings of the machine that it is on.
	Settings *Settings
	// Events is told what the daemon says while it works. Requests at the same
	// time call it at the same time. It may be nil.
	Events func(Event)
	// Unsigned adds paths without trusted signatures, which daemons do for
	// their trusted users.
	Unsigned bool
}

// Client is a daemon's store. It may be used by many goroutines at once.
type Client struct {
	pool     *pool
	server   Server
	events   func(Event)
	unsigned bool
}

// Open connects to a daemon. The error is a *ConnectError if there is none, and
// a *URLError if o does not say which.
func Open(ctx context.Context, o Options) (*Client, error) {
	getenv := o.Getenv
	if getenv == nil {
		getenv = func(string) string { return "" }
	}
	where, err := parseURL(o.URL, getenv)
	if err != nil {
		return nil, err
	}
	c := &Client{events: o.Events, unsigned: o.Unsigned}
	c.pool = newPool(where, o.Dial, o.Settings)
	switch {
	case o.Dial != nil:
	case where.ssh != nil:
		c.pool.dial, c.pool.settings = where.ssh.dial(c.say), nil
	default:
		c.pool.dial = Unix(where.socket)
	}
	err = c.pool.using(ctx, c.events, "connecting", func(conn *connection) error {
		c.server = conn.server
		return nil
	})
	if err != nil {
		return nil, err
	}
	return c, nil
}

// say tells a line that ssh printed.
func (c *Client) say(line string) {
	if c.events != nil {
		c.events(Event{Kind: Message, Level: LevelInfo, Text: line})
	}
}

// Close ends the connections, and with them the temporary roots. Requests under
// way end by themselves.
func (c *Client) Close() error { return c.pool.close() }

// WithEvents returns a client of the same connections whose events go to tell.
func (c *Client) WithEvents(tell func(Event)) *Client {
	with := *c
	with.events = tell
	return &with
}

// Dir returns the logical store directory.
func (c *Client) Dir() storepath.Dir { return c.pool.where.dir }

// URL returns the store's URL, without parameters.
func (c *Client) URL() string { return c.pool.where.url }

// Server returns what the daemon said of itself on the first connection.
func (c *Client) Server() Server { return c.server }

// Ping makes a request that does nothing.
func (c *Client) Ping(ctx context.Context) error {
	return c.call(ctx, "asking for a sign of life", opSyncWithGC, nil, (*decoder).done)
}

// call makes a request. What goes wrong with one connection because it was idle
// for too long does not go wrong with a new one.
func (c *Client) call(ctx context.Context, doing string, o op, args func(*encoder), reply func(*decoder)) error {
	stale := false
	do := func(conn *connection) error {
		err := conn.call(o, args, reply)
		stale = conn.reused && !conn.heard && !conn.inStep
		return err
	}
	err := c.pool.using(ctx, c.events, doing, do)
	if lost, ok := errors.AsType[*LostError](err); ok && stale && lost.ended() {
		c.pool.flush()
		err = c.pool.using(ctx, c.events, doing, do)
	}
	return err
}

// done reads a reply that says nothing.
func (d *decoder) done() { d.U64() }
