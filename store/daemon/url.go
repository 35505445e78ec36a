package daemon

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"devenv/store/storepath"
)

// defaultSocket is where a daemon listens, below Nix's state directory.
const (
	defaultState  = "/nix/var/nix"
	defaultSocket = "daemon-socket/socket"
)

// place is what a store's URL says.
type place struct {
	url         string // as it is shown
	dir         storepath.Dir
	connections int // at most at once
	local       bool
	socket      string // if it is local
	ssh         *sshPlace
}

// URLError says that a text is not the URL of a daemon.
type URLError struct {
	URL    string
	Reason string
}

// Error says what is wrong with the URL.
func (e *URLError) Error() string { return fmt.Sprintf("store %q: %s", e.URL, e.Reason) }

// Hint says what the URLs of daemons are.
func (e *URLError) Hint() string {
	return "daemons are `daemon`, `unix:///path/to/socket` and `ssh-ng://user@host`"
}

// parseURL reads a URL. Getenv tells of NIX_DAEMON_SOCKET_PATH, NIX_STATE_DIR,
// NIX_STORE_DIR and NIX_SSHOPTS.
func parseURL(text string, getenv func(string) string) (place, error) {
	base, query, _ := strings.Cut(text, "?")
	params, err := url.ParseQuery(query)
	if err != nil {
		return place{}, &URLError{text, err.Error()}
	}
	p := place{url: base, dir: storepath.Dir(or(params.Get("store"), getenv("NIX_STORE_DIR"), getenv("NIX_STORE"), string(storepath.Default)))}
	if !filepath.IsAbs(string(p.dir)) {
		return place{}, &URLError{text, fmt.Sprintf("its store directory %q is not absolute", p.dir)}
	}
	known := []string{"store", "max-connections"}
	switch {
	case base == "daemon" || base == "unix://" || base == "":
		p.url = "daemon"
		state := or(params.Get("state"), getenv("NIX_STATE_DIR"), defaultState)
		p.socket = or(getenv("NIX_DAEMON_SOCKET_PATH"), filepath.Join(state, defaultSocket))
		known = append(known, "state", "root", "real", "log")
	case strings.HasPrefix(base, "unix://"):
		if p.socket, err = url.PathUnescape(strings.TrimPrefix(base, "unix://")); err != nil {
			return place{}, &URLError{text, err.Error()}
		}
		known = append(known, "state", "root", "real", "log")
	case strings.HasPrefix(base, "ssh-ng://"):
		p.dir = storepath.Dir(or(params.Get("store"), string(storepath.Default)))
		p.ssh, err = parseSSH(strings.TrimPrefix(base, "ssh-ng://"), params, getenv("NIX_SSHOPTS"))
		known = append(known, sshParams...)
	default:
		err = fmt.Errorf("no kind of daemon that is known")
	}
	if err != nil {
		return place{}, &URLError{text, err.Error()}
	}
	if p.ssh == nil && !filepath.IsAbs(p.socket) {
		return place{}, &URLError{text, fmt.Sprintf("its socket %q is not an absolute path", p.socket)}
	}
	for name, values := range params {
		if len(values) > 1 {
			return place{}, &URLError{text, fmt.Sprintf("it has the parameter %q twice", name)}
		}
		if !slices.Contains(append(known, generalParams...), name) {
			return place{}, &URLError{text, fmt.Sprintf("it has an unknown parameter %q", name)}
		}
	}
	p.connections, err = maxConnections(params.Get("max-connections"), p.ssh != nil)
	if err != nil {
		return place{}, &URLError{text, err.Error()}
	}
	return p, nil
}

// generalParams are parameters of all of Nix's stores, which mean something to
// those who choose among stores, and nothing here.
var generalParams = []string{"priority", "want-mass-query", "system-features", "trusted", "path-info-cache-size", "max-connection-age"}

// maxConnections reads a number of connections. A second one to another machine
// costs more than it gives, unless it is asked for.
func maxConnections(text string, remote bool) (int, error) {
	switch {
	case text == "" && remote:
		return 1, nil
	case text == "":
		return 4, nil
	}
	n, err := strconv.Atoi(text)
	if err != nil || n < 1 || n > 1000 {
		return 0, fmt.Errorf("max-connections is %q, not a number from 1 to 1000", text)
	}
	return n, nil
}

// or returns the first text that is not empty.
func or(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
