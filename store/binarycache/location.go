package binarycache

import (
	"fmt"
	"maps"
	"net/url"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// location is a cache's URL, taken apart.
type location struct {
	scheme string     // file, http, https, s3
	base   string     // a directory; a URL without its parameters; a bucket's name
	params url.Values // Nix's, of the query
	shown  string     // what may be shown: without user, password and parameters
}

// A URLError says why a text is no cache's URL. It shows nothing secret.
type URLError struct {
	URL    string
	Reason string
}

func (e *URLError) Error() string { return fmt.Sprintf("binary cache %s: %s", e.URL, e.Reason) }

// Hint says what a URL looks like.
func (e *URLError) Hint() string {
	return "write https://cache.example.org, file:///a/directory or s3://bucket?region=eu-central-1"
}

// params are the parameters that mean something here, and what kind of value
// they have; those of Nix that mean nothing here are passed over.
var paramKinds = map[string]string{
	"priority": "number", "trusted": "switch", "want-mass-query": "switch", "compression": "compression", "compression-level": "number",
	"secret-key": "", "store": "", "endpoint": "", "region": "", "scheme": "", "profile": "",

	"parallel-compression": "passed over", "write-nar-listing": "passed over", "index-debug-info": "passed over", "local-nar-cache": "passed over",
	"path-info-cache-size": "passed over", "multipart-upload": "passed over", "buffer-size": "passed over", "log-compression": "passed over",
	"system-features": "passed over", "addressing-style": "passed over",
}

// IsURL reports whether text is meant as the URL of a binary cache.
func IsURL(text string) bool {
	scheme, _, ok := strings.Cut(text, "://")
	return ok && slices.Contains([]string{"file", "http", "https", "s3"}, scheme)
}

func parseLocation(text string) (location, error) {
	u, err := url.Parse(text)
	if err != nil || !IsURL(text) {
		return location{}, &URLError{"(not shown)", "this is no URL of a cache"}
	}
	l := location{scheme: u.Scheme, params: u.Query(), shown: shownURL(u)}
	switch u.Scheme {
	case "file":
		l.base = filepath.Clean(u.Path)
		if u.Host != "" || !filepath.IsAbs(u.Path) {
			return location{}, &URLError{l.shown, "the directory is not an absolute path"}
		}
	case "s3":
		l.base = u.Host
		if u.Host == "" || strings.Trim(u.Path, "/") != "" || u.User != nil {
			return location{}, &URLError{l.shown, "a bucket's name and nothing else stands before the question mark"}
		}
	default:
		if u.Host == "" {
			return location{}, &URLError{l.shown, "it names no host"}
		}
		bare := *u
		bare.RawQuery, bare.Fragment, bare.ForceQuery = "", "", false
		l.base = strings.TrimRight(bare.String(), "/")
	}
	return l, l.check()
}

// check holds that parameters are known and have values of their kind.
func (l location) check() error {
	for _, name := range slices.Sorted(maps.Keys(l.params)) {
		value := l.params.Get(name)
		kind, known := paramKinds[name]
		var err error
		switch {
		case !known:
			return &URLError{l.shown, fmt.Sprintf("the parameter %q is not known", name)}
		case kind == "number":
			_, err = strconv.Atoi(value)
		case kind == "switch":
			_, err = parseSwitch(value)
		case kind == "compression" && writers[value] == nil:
			return cannotWrite(value)
		}
		if err != nil {
			return &URLError{l.shown, fmt.Sprintf("%s=%q is not a %s", name, value, kind)}
		}
	}
	return nil
}

// number returns a parameter that check has accepted, or def.
func (l location) number(name string, def int) int {
	if n, err := strconv.Atoi(l.params.Get(name)); err == nil {
		return n
	}
	return def
}

// on reports whether a switch that check has accepted is on, or def.
func (l location) on(name string, def bool) bool {
	if b, err := parseSwitch(l.params.Get(name)); err == nil {
		return b
	}
	return def
}

func parseSwitch(value string) (bool, error) {
	switch value {
	case "true", "1", "yes":
		return true, nil
	case "false", "0", "no":
		return false, nil
	}
	return false, strconv.ErrSyntax
}

// shownURL is what of a URL may stand in messages.
func shownURL(u *url.URL) string {
	bare := *u
	bare.User, bare.RawQuery, bare.Fragment, bare.ForceQuery = nil, "", "", false
	return bare.String()
}
