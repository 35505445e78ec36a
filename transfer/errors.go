package transfer

import (
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"time"
)

// Reason says why no answer came, or why it broke off.
type Reason uint8

// The reasons of a ConnectError.
const (
	Offline   Reason = iota + 1 // no such host, no route, no answer to a connect
	Refused                     // the host is there, nothing listens
	Untrusted                   // the TLS handshake or the certificate failed
	Cut                         // the connection broke, also after retries
	Stalled                     // no byte arrived for Options.Stall
)

func (r Reason) String() string {
	switch r {
	case Offline:
		return "cannot be reached"
	case Refused:
		return "refuses connections"
	case Untrusted:
		return "has no certificate that is trusted here"
	case Cut:
		return "broke the connection"
	case Stalled:
		return "stopped sending"
	}
	return "gave no answer"
}

// ConnectError says that no complete answer came from a host.
type ConnectError struct {
	URL    string // redacted
	Host   string
	Reason Reason
	Err    error
}

func (e *ConnectError) Error() string {
	return fmt.Sprintf("%s: %s %s: %s", e.URL, e.Host, e.Reason, cause(e.Err))
}

// cause is what a person needs of a network error: not the operation, and not
// the address of the name server.
func cause(err error) string {
	var lookup *net.DNSError
	if errors.As(err, &lookup) {
		return lookup.Err
	}
	var op *net.OpError
	if errors.As(err, &op) && op.Err != nil {
		var call *os.SyscallError
		if errors.As(op.Err, &call) {
			return call.Err.Error()
		}
		return op.Err.Error()
	}
	return err.Error()
}

func (e *ConnectError) Unwrap() error { return e.Err }

// Hint says what to do next.
func (e *ConnectError) Hint() string {
	switch e.Reason {
	case Offline:
		return "check the network; behind a proxy, set HTTPS_PROXY (and NO_PROXY for hosts that need none)"
	case Refused:
		return "check the mirror's or the proxy's address and port"
	case Untrusted:
		return "behind a proxy that inspects TLS, point NIX_SSL_CERT_FILE or SSL_CERT_FILE at its certificate bundle"
	}
	return "run it again: what has arrived is kept, and the download goes on from there"
}

// StatusError is an HTTP status that is not success.
type StatusError struct {
	URL        string // redacted
	Code       int
	RetryAfter time.Duration // how long the server asks to wait; 0: it does not say
}

func (e *StatusError) Error() string {
	return fmt.Sprintf("%s: the server answers %d %s", e.URL, e.Code, http.StatusText(e.Code))
}

// NotFound reports whether the server says that there is no such thing.
func (e *StatusError) NotFound() bool {
	return e.Code == http.StatusNotFound || e.Code == http.StatusGone
}

// Hint says what to do next.
func (e *StatusError) Hint() string {
	switch {
	case e.NotFound():
		return "check the name and the version; a mirror may not have it, or not yet"
	case e.Code == http.StatusUnauthorized || e.Code == http.StatusForbidden:
		return "if the host wants a login, add it to ~/.netrc (or the file that NETRC names)"
	case e.Code == http.StatusProxyAuthRequired:
		return "put the proxy's user and password into HTTPS_PROXY: http://user:password@host:port"
	case e.RetryAfter > 0:
		return fmt.Sprintf("the server asks to wait: run it again in %s", e.RetryAfter.Round(time.Second))
	case e.Code == http.StatusTooManyRequests || e.Code >= 500:
		return "the server is busy or broken: run it again later, or configure a mirror"
	}
	return ""
}

// AnswerError is an answer that came with success and yet is not what was
// asked for: a web page, the wrong length, redirects without end.
type AnswerError struct {
	URL  string // redacted
	Fact string
	Next string
}

func (e *AnswerError) Error() string { return e.URL + ": " + e.Fact }

// Hint says what to do next.
func (e *AnswerError) Hint() string { return e.Next }

// LengthError is content that has another length than the content that was
// wanted.
type LengthError struct {
	URL  string // redacted
	Fact string
	Want int64 // bytes
}

func (e *LengthError) Error() string {
	return fmt.Sprintf("%s: %s, expected are %s", e.URL, e.Fact, bytesText(e.Want))
}

// Hint says what to do next.
func (e *LengthError) Hint() string {
	return "the server has another file than the one that was pinned: try another mirror"
}

// ChecksumError is content that is not the content that was wanted. Whoever
// consumed the stream throws away what it made of it.
type ChecksumError struct {
	URL       string // redacted
	Want, Got Checksum
}

func (e *ChecksumError) Error() string {
	return fmt.Sprintf("%s: the content is not the expected one\n  expected %s\n  received %s", e.URL, e.Want.SRI(), e.Got.SRI())
}

// Hint says what to do next.
func (e *ChecksumError) Hint() string {
	return "nothing of it was kept; the server, or something on the way, has other bytes than the checksum speaks of: try another mirror, and do not change the checksum before you know why"
}
