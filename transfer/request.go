package transfer

import (
	"net/http"
	"net/url"
	"time"

	"devenv/store/nixhash"
)

// Checksum is a digest that content must have: SHA-256 and SHA-512 as
// publishers list them, SHA-1 and SHA-512 as npm's integrity strings have them
// (nixhash.Parse reads both kinds).
type Checksum = nixhash.Hash

// Request says what is wanted and what is known about it.
type Request struct {
	URL    string
	Header http.Header // sent as they are; Authorization stays on the URL's host
	Size   int64       // bytes; -1 (or 0) when unknown
	Want   []Checksum  // all must match; empty when nothing is known
	Label  string      // for progress and errors; default: the URL's last element

	// Heard is for Stream: it is called with every answer that brings content,
	// before the content: where redirects led, and the headers. It may be nil.
	Heard func(from *url.URL, header http.Header)

	// Authorize, if set, is called with each exchange before it is sent, also
	// with repeated and redirected ones: it may add headers, such as a signature
	// that has the time in it. It must look at the request's host before it gives
	// a secret away.
	Authorize func(*http.Request) error

	// MaxAge is for Get: an answer that was validated less than MaxAge ago is
	// returned without asking the server.
	MaxAge time.Duration
	// StaleOK is for Get: when the server cannot be reached or fails, an older
	// answer is returned rather than the error. StaleSince tells it apart.
	StaleOK bool
}

// Progress hears how transfers go. It must be safe for concurrent use; a nil
// Progress hears nothing.
type Progress interface {
	// Start announces a transfer; total is in bytes, -1 when unknown.
	Start(id, label string, total int64)
	// Add reports n more bytes; n is negative when a transfer starts anew.
	Add(id string, n int64)
	// Done ends a transfer; err is nil when it succeeded.
	Done(id string, err error)
}

type silent struct{}

func (silent) Start(string, string, int64) {}
func (silent) Add(string, int64)           {}
func (silent) Done(string, error)          {}
