package daemon

import (
	"context"
	"errors"
	"sync"

	"devenv/store/storepath"
)

// errClosed is the error of requests to a client that was closed.
var errClosed = errors.New("the connection to the store was closed")

// pool keeps the connections of a client. Each request has one for itself.
type pool struct {
	where    place
	dial     Dial
	settings *Settings
	slots    chan struct{} // has an element for each request under way

	mu     sync.Mutex // guards what follows
	idle   []*connection
	closed bool
	// orphans are temporary roots whose connections broke. The next request
	// makes them anew.
	orphans map[storepath.Path]struct{}
}

func newPool(where place, dial Dial, settings *Settings) *pool {
	return &pool{where: where, dial: dial, settings: settings, slots: make(chan struct{}, where.connections),
		orphans: map[storepath.Path]struct{}{}}
}

// using calls do with a connection, waiting for its turn. Doing says what for,
// in errors. If ctx ends, the connection is closed.
func (p *pool) using(ctx context.Context, events func(Event), doing string, do func(*connection) error) error {
	select {
	case p.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-p.slots }()
	return p.streaming(ctx, events, doing, do)
}

// streaming is using for requests that call back: they do not wait for their
// turn, for somebody who has it may wait for them.
func (p *pool) streaming(ctx context.Context, events func(Event), doing string, do func(*connection) error) error {
	conn, err := p.get(ctx, events)
	if err != nil {
		return err
	}
	stop := context.AfterFunc(ctx, func() { conn.stream.Close() })
	err = do(conn)
	if stop() && conn.usable() {
		p.put(conn)
		return err
	}
	p.drop(conn)
	return p.explain(ctx, conn, doing, err)
}

// explain returns the error for a request that failed with err on a connection
// that is closed.
func (p *pool) explain(ctx context.Context, conn *connection, doing string, err error) error {
	if err == nil || conn.inStep {
		return err
	}
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	if !caused(err, conn.r.Err()) && !caused(err, conn.w.Err()) {
		return err // the daemon's last words, or the caller's own
	}
	return &LostError{Store: p.where.url, Doing: doing, Err: conn.stream.End(err)}
}

// caused reports whether err is because of cause.
func caused(err, cause error) bool { return cause != nil && errors.Is(err, cause) }

// get returns a connection that is idle, or a new one.
func (p *pool) get(ctx context.Context, events func(Event)) (*connection, error) {
	conn := p.take()
	if conn == nil {
		var err error
		if conn, err = p.open(ctx, events); err != nil {
			return nil, err
		}
	}
	conn.events = events
	if err := p.adopt(ctx, conn); err != nil {
		p.drop(conn)
		return nil, p.explain(ctx, conn, "keeping paths from collection", err)
	}
	return conn, nil
}

// take returns an idle connection that can be used, or nil.
func (p *pool) take() *connection {
	p.mu.Lock()
	defer p.mu.Unlock()
	for len(p.idle) > 0 {
		conn := p.idle[len(p.idle)-1]
		p.idle = p.idle[:len(p.idle)-1]
		if conn.usable() {
			conn.reused = true
			return conn
		}
		p.forget(conn)
	}
	return nil
}

// open connects.
func (p *pool) open(ctx context.Context, events func(Event)) (*connection, error) {
	p.mu.Lock()
	closed := p.closed
	p.mu.Unlock()
	if closed {
		return nil, errClosed
	}
	if err := ctx.Err(); err != nil {
		return nil, context.Cause(ctx)
	}
	stream, err := p.dial(ctx)
	if err != nil {
		return nil, &ConnectError{p.where.url, err}
	}
	conn := newConnection(stream, p.where.dir)
	conn.events = events
	stop := context.AfterFunc(ctx, func() { stream.Close() })
	err = conn.handshake()
	if err == nil && p.settings != nil {
		err = conn.setOptions(p.settings)
	}
	if !stop() {
		stream.Close()
		return nil, context.Cause(ctx)
	}
	if err != nil {
		if conn.r.Err() != nil || conn.w.Err() != nil {
			err = stream.End(err)
		}
		stream.Close()
		return nil, &ConnectError{p.where.url, err}
	}
	return conn, nil
}

// adopt makes the temporary roots on conn that broken connections had.
func (p *pool) adopt(ctx context.Context, conn *connection) error {
	p.mu.Lock()
	orphans := p.orphans
	if len(orphans) > 0 {
		p.orphans = map[storepath.Path]struct{}{}
	}
	p.mu.Unlock()
	if len(orphans) == 0 {
		return nil
	}
	stop := context.AfterFunc(ctx, func() { conn.stream.Close() })
	defer stop()
	for path := range orphans {
		conn.held[path] = struct{}{} // if this breaks, they are orphans again
	}
	for path := range orphans {
		if err := conn.addTempRoot(path); err != nil {
			return err
		}
	}
	return nil
}

// put keeps conn for another request.
func (p *pool) put(conn *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed || len(p.idle) >= p.where.connections && len(conn.held) == 0 {
		p.forget(conn)
		return
	}
	p.idle = append(p.idle, conn)
}

// drop closes conn.
func (p *pool) drop(conn *connection) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.forget(conn)
}

// forget closes conn; the caller holds the lock.
func (p *pool) forget(conn *connection) {
	for path := range conn.held {
		p.orphans[path] = struct{}{}
	}
	conn.stream.Close()
}

// flush closes the idle connections.
func (p *pool) flush() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, conn := range p.idle {
		p.forget(conn)
	}
	p.idle = nil
}

func (p *pool) close() error {
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.flush()
	return nil
}
