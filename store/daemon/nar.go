package daemon

import (
	"context"
	"fmt"
	"io"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Nar calls sink with the NAR of the valid path p, and checks what sink has read
// and the rest against the hash and the size that the daemon has of it. If they
// differ the error is a *NarError, and what sink made of it must not be used.
func (c *Client) Nar(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error {
	info, err := c.Lookup(ctx, p)
	if err != nil {
		return err
	}
	return c.pool.streaming(ctx, c.events, "reading "+p.Base(), func(conn *connection) error {
		if err := conn.ask(opNarFromPath, func(e *encoder) { e.path(p) }); err != nil {
			return err
		}
		if err := conn.listen(); err != nil {
			return err
		}
		if conn.r.Peek() == messageError { // where Nix 2.8 tells that it cannot read the tree
			err := conn.listen()
			conn.inStep = false
			return err
		}
		nar := &narReader{conn: conn, hash: newHashing()}
		err := sink(nar)
		if err == nil {
			err = nar.drain()
		}
		got, size := nar.hash.sum()
		if err != nil {
			return err
		}
		if got != info.NarHash || info.NarSize != 0 && size != info.NarSize {
			return &NarError{Path: p, Want: info.NarHash, Got: got, Size: size}
		}
		conn.inStep = true
		return nil
	})
}

// NarError says that a tree is not what the daemon says that it is.
type NarError struct {
	Path      storepath.Path
	Want, Got nixhash.Hash // of the NAR
	Size      int64        // bytes that came
}

// Error names the path and both hashes.
func (e *NarError) Error() string {
	return fmt.Sprintf("the daemon's %s is damaged: its NAR has %d bytes and the hash %s, and %s is registered", e.Path.Base(), e.Size, e.Got.SRI(), e.Want.SRI())
}

// Hint returns how to mend it.
func (e *NarError) Hint() string {
	return "`nix-store --verify-path` on the daemon's machine shows it, `nix-store --repair-path` as root mends it"
}

// narReader reads a NAR from a connection, and no more.
type narReader struct {
	conn *connection
	end  narEnd
	hash *hashing
	err  error
}

func (r *narReader) Read(p []byte) (int, error) {
	if r.err != nil || len(p) == 0 {
		return 0, r.err
	}
	n, err := r.conn.r.Read(p)
	if err != nil {
		r.err = err
		return 0, err
	}
	used, end, err := r.end.scan(p[:n])
	switch {
	case err == nil && used < n:
		err = fmt.Errorf("%d bytes follow the end of a NAR", n-used)
		fallthrough
	case err != nil:
		r.conn.r.Fail(err)
		r.err = err
	case end:
		r.err = io.EOF
	}
	r.hash.write(p[:used])
	return used, r.err
}

// drain reads what sink has left.
func (r *narReader) drain() error {
	if r.err == nil {
		for buf := make([]byte, 64<<10); r.err == nil; {
			r.Read(buf)
		}
	}
	if r.err == io.EOF {
		return nil
	}
	return r.err
}
