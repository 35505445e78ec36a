package daemon

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"strings"
	"syscall"
)

// Error is what a daemon says when a request fails. The connection goes on.
type Error struct {
	Message string   // the daemon's own text, plain
	Level   Level    // LevelError, but for odd cases
	Traces  []string // what the daemon was doing, the innermost first
}

// Error returns the daemon's text.
func (e *Error) Error() string { return e.Message }

// Hint returns what to do about refusals that have to do with trust.
func (e *Error) Hint() string {
	switch {
	case strings.Contains(e.Message, "lacks a") && strings.Contains(e.Message, "signature"):
		return "sign the path with a key of the daemon's `trusted-public-keys` (`nix store sign`), or have this user added to its `trusted-users`"
	case strings.Contains(e.Message, "not privileged"), strings.Contains(e.Message, "not allowed because you are not"):
		return "the daemon does this only for its `trusted-users`: have this user added there in /etc/nix/nix.conf"
	}
	return ""
}

// ConnectError says that there is no daemon to speak with.
type ConnectError struct {
	Store string // its URL
	Err   error
}

// Error says which store cannot be reached, and why.
func (e *ConnectError) Error() string { return fmt.Sprintf("cannot connect to %s: %v", e.Store, e.Err) }

// Unwrap returns the reason.
func (e *ConnectError) Unwrap() error { return e.Err }

// Hint returns what to do next.
func (e *ConnectError) Hint() string {
	remote := strings.HasPrefix(e.Store, "ssh-ng:")
	switch {
	case remote:
		return "try `ssh HOST nix-daemon --version` by hand, with the same user and key"
	case errors.Is(e.Err, fs.ErrNotExist), errors.Is(e.Err, syscall.ECONNREFUSED):
		return "no daemon runs there: start one (`systemctl start nix-daemon.socket`, or `nix-daemon` as root), or use a store without one, `--store auto`"
	case errors.Is(e.Err, fs.ErrPermission):
		return "only some users may connect to this daemon: see who may with `ls -ld` on the socket and its directory, and `allowed-users` in /etc/nix/nix.conf"
	}
	return ""
}

// LostError says that a daemon went away, or stopped to make sense, during a
// request. The connection is closed.
type LostError struct {
	Store string
	Doing string // the request, in words
	Err   error
}

// Error says what was asked of whom, and what came instead of an answer.
func (e *LostError) Error() string {
	if e.ended() {
		text := fmt.Sprintf("%s: %s closed the connection", e.Doing, e.Store)
		if ended, ok := errors.AsType[*endError](e.Err); ok {
			text += ": " + ended.Error()
		}
		return text
	}
	return fmt.Sprintf("%s: %s breaks the protocol: %v", e.Doing, e.Store, e.Err)
}

// Unwrap returns what came instead.
func (e *LostError) Unwrap() error { return e.Err }

// Hint returns where a daemon says why it ended.
func (e *LostError) Hint() string {
	return "see what the daemon says of it in its log, for example `journalctl -u nix-daemon`, and try again"
}

// UnsupportedError says that a daemon is too old for a request.
type UnsupportedError struct {
	What    string
	Server  Server
	Feature string // what it lacks: a version, or a feature
}

// Error says what the daemon lacks.
func (e *UnsupportedError) Error() string {
	return fmt.Sprintf("the daemon (%s) cannot %s: that takes %s", e.Server, e.What, e.Feature)
}

// plain returns text without colours and other control characters, which Nix
// puts into its messages.
func plain(text string) string {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c == 0x1b && i+1 < len(text) && text[i+1] == '[':
			for i += 2; i < len(text) && (text[i] < 0x40 || text[i] > 0x7e); {
				i++
			}
		case c >= 0x20 && c != 0x7f, c == '\n', c == '\t':
			b.WriteByte(c)
		}
	}
	return strings.TrimSpace(b.String())
}

// ended reports whether the connection was at its end, rather than out of step.
func (e *LostError) ended() bool {
	return errors.Is(e.Err, io.ErrUnexpectedEOF) || errors.Is(e.Err, syscall.EPIPE) || errors.Is(e.Err, syscall.ECONNRESET)
}
