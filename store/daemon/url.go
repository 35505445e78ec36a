package daemon

import (
	"errors"
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
	connections int    // at most at once
	socket      string // of a daemon of this machine
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
	p := place{url: or(base, "daemon"), dir: storepath.Dir(or(params.Get("store"), string(storepath.Default)))}
	known := sshParams
	if authority, ok := strings.CutPrefix(base, "ssh-ng://"); ok {
		p.ssh, err = parseSSH(authority, params, getenv("NIX_SSHOPTS"))
	} else {
		known = localParams
		err = p.local(base, params, getenv)
	}
	if err == nil {
		p.connections, err = maxConnections(params.Get("max-connections"), p.ssh != nil)
	}
	if err == nil {
		err = checkParams(params, known)
	}
	if err == nil && !filepath.IsAbs(string(p.dir)) {
		err = fmt.Errorf("its store directory %q is not absolute", p.dir)
	}
	if err != nil {
		return place{}, &URLError{text, err.Error()}
	}
	return p, nil
}

// local reads the URL of a daemon of this machine.
func (p *place) local(base string, params url.Values, getenv func(string) string) (err error) {
	p.dir = storepath.Dir(or(params.Get("store"), getenv("NIX_STORE_DIR"), getenv("NIX_STORE"), string(storepath.Default)))
	path, ok := strings.CutPrefix(base, "unix://")
	switch {
	case ok && path != "":
		p.socket, err = url.PathUnescape(path)
	case ok || base == "daemon" || base == "":
		p.url = "daemon"
		state := or(params.Get("state"), getenv("NIX_STATE_DIR"), defaultState)
		p.socket = or(getenv("NIX_DAEMON_SOCKET_PATH"), filepath.Join(state, defaultSocket))
	default:
		return errors.New("no kind of daemon that is known")
	}
	if err == nil && !filepath.IsAbs(p.socket) {
		err = fmt.Errorf("its socket %q is not an absolute path", p.socket)
	}
	return err
}

// checkParams returns an error if there are parameters that are not known, or
// that are given twice.
func checkParams(params url.Values, known []string) error {
	for name, values := range params {
		if !slices.Contains(known, name) && !slices.Contains(generalParams, name) {
			return fmt.Errorf("it has an unknown parameter %q", name)
		}
		if len(values) > 1 {
			return fmt.Errorf("it has the parameter %q twice", name)
		}
	}
	return nil
}

// localParams are the parameters of daemons of this machine. All but state say
// where the store's files lie, for those who read them.
var localParams = []string{"state", "root", "real", "log"}

// generalParams are parameters of all of Nix's daemons. But the first two they
// mean something to those who choose among stores, and nothing here.
var generalParams = []string{"store", "max-connections", "priority", "want-mass-query", "system-features", "trusted", "path-info-cache-size", "max-connection-age"}

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
