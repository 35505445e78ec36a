package transfer

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"strconv"
	"syscall"
	"time"
)

// explain turns what net/http reports into this package's types. It drops the
// url.Error around it, whose text has the URL with its query.
func explain(ctx context.Context, u *url.URL, err error) error {
	stalled := errors.Is(context.Cause(ctx), errStalled)
	if ctx.Err() != nil && !stalled {
		return context.Cause(ctx)
	}
	var outer *url.Error
	if errors.As(err, &outer) {
		err = outer.Err
	}
	var redirect *redirectError
	if errors.As(err, &redirect) {
		return &AnswerError{URL: redactURL(u), Fact: redirect.fact, Next: "the server or a mirror's configuration is broken: try another mirror"}
	}
	if stalled {
		err = errStalled
	} else if errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) {
		err = errors.New("it ended early")
	}
	return &ConnectError{URL: redactURL(u), Host: u.Host, Reason: reasonOf(err), Err: err}
}

func reasonOf(err error) Reason {
	var dns *net.DNSError
	var op *net.OpError
	var verify *tls.CertificateVerificationError
	var record tls.RecordHeaderError
	var alert tls.AlertError
	var unknown x509.UnknownAuthorityError
	switch {
	case errors.Is(err, errStalled):
		return Stalled
	case errors.As(err, &dns):
		return Offline
	case errors.As(err, &verify), errors.As(err, &record), errors.As(err, &alert), errors.As(err, &unknown):
		return Untrusted
	case errors.Is(err, syscall.ECONNREFUSED):
		return Refused
	case errors.Is(err, syscall.ENETUNREACH), errors.Is(err, syscall.EHOSTUNREACH), errors.Is(err, syscall.ENETDOWN):
		return Offline
	case errors.As(err, &op) && op.Op == "dial":
		return Offline
	}
	return Cut
}

// statusError is the error of an answer that is not success.
func (c *Client) statusError(resp *http.Response, u string) error {
	return &StatusError{URL: redact(u), Code: resp.StatusCode, RetryAfter: retryAfter(resp.Header, c.opt.Now())}
}

// retryAfter reads RFC 9110 §10.2.3: seconds, or a date.
func retryAfter(h http.Header, now time.Time) time.Duration {
	v := h.Get("Retry-After")
	if s, err := strconv.ParseUint(v, 10, 31); err == nil {
		return time.Duration(s) * time.Second
	}
	if t, err := http.ParseTime(v); err == nil && t.After(now) {
		return t.Sub(now)
	}
	return 0
}
