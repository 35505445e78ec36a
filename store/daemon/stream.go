package daemon

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"syscall"
	"time"
)

// Dial opens a stream to a daemon, which is at the beginning of the protocol.
type Dial func(ctx context.Context) (Stream, error)

// Stream is a pair of pipes to a daemon. Close may be called at any time and
// ends calls of Read and Write.
type Stream interface {
	io.ReadWriteCloser
	// Alive reports whether the other end is still there and has said nothing,
	// as it must be between two requests.
	Alive() bool
	// End returns more about why reading or writing failed with err, or err.
	End(err error) error
}

// Unix dials the socket at path.
func Unix(path string) Dial {
	return func(ctx context.Context) (Stream, error) {
		if len(path) > maxSocketPath {
			return nil, fmt.Errorf("the socket's path has %d bytes, and the system allows %d: %s", len(path), maxSocketPath, path)
		}
		var d net.Dialer
		for wait := time.Millisecond; ; wait *= 2 {
			conn, err := d.DialContext(ctx, "unix", path)
			if err == nil {
				return socket{conn.(*net.UnixConn)}, nil
			}
			if !errors.Is(err, syscall.EAGAIN) || wait > longestWait {
				return nil, err
			}
			select {
			case <-time.After(wait):
			case <-ctx.Done():
				return nil, context.Cause(ctx)
			}
		}
	}
}

// longestWait is how long at once a daemon is waited for whose queue is full:
// those of Nix have room for five clients.
const longestWait = 2 * time.Second

// maxSocketPath is the length of the shortest sun_path among the systems, less
// its end: that of macOS.
const maxSocketPath = 103

// socket is a stream of a socket.
type socket struct{ *net.UnixConn }

func (s socket) Alive() bool {
	raw, err := s.SyscallConn()
	if err != nil {
		return false
	}
	alive := false
	err = raw.Read(func(fd uintptr) bool {
		var one [1]byte
		_, _, err := syscall.Recvfrom(int(fd), one[:], syscall.MSG_PEEK|syscall.MSG_DONTWAIT)
		alive = errors.Is(err, syscall.EAGAIN)
		return true
	})
	return err == nil && alive
}

func (s socket) End(err error) error { return err }
