package store

import (
	"fmt"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
)

// Kind is what a store URL leads to.
type Kind string

// The kinds. This package opens [Auto] and [Local]; who dispatches on a [URL]
// has other packages for the rest.
const (
	Auto   Kind = "auto"   // what the machine has
	Daemon Kind = "daemon" // a Nix daemon on this machine
	Local  Kind = "local"  // a directory with a database
	Dummy  Kind = "dummy"  // nothing in it, and nothing can be added
	File   Kind = "file"   // a binary cache in a directory
	HTTP   Kind = "http"   // a binary cache on a server
	S3     Kind = "s3"     // a binary cache in a bucket
	SSH    Kind = "ssh-ng" // a Nix daemon on another machine
)

// URL is a store URL, taken apart. See "Store Types" in the Nix manual.
type URL struct {
	Kind Kind
	// Target is what it leads to, by kind: of Daemon its socket, of Local the
	// root, of File the directory, which are absolute; of HTTP the URL without
	// parameters; of S3 "BUCKET" and "/PREFIX"; of SSH "[USER@]HOST[:PORT]".
	// For Daemon and Local it may be empty: the usual one.
	Target string
	// Params are what follows the question mark, decoded. Which there are the
	// store's kind says.
	Params map[string]string
}

// ParseURL reads a store URL in any of Nix's forms:
//
//	auto  daemon  local  DIR  dummy://  file://DIR  unix://SOCKET  local://DIR
//	http[s]://HOST[/PATH]  s3://BUCKET[/PREFIX]  ssh-ng://[USER@]HOST[:PORT]
//
// each with parameters, "?name=value&name=value". Directories and sockets are
// absolute paths. The error is a *URLError.
func ParseURL(text string) (URL, error) {
	base, query, _ := strings.Cut(text, "?")
	u := URL{Params: map[string]string{}}
	values, err := url.ParseQuery(query)
	if err != nil {
		return URL{}, &URLError{text, err.Error()}
	}
	for name, list := range values {
		u.Params[name] = list[len(list)-1]
	}
	scheme, rest, isURL := strings.Cut(base, "://")
	switch {
	case isURL:
		return u.parse(text, scheme, rest)
	case base == "" || base == "auto":
		u.Kind = Auto
	case base == "daemon":
		u.Kind = Daemon
	case base == "local":
		u.Kind = Local
	case filepath.IsAbs(base):
		u.Kind, u.Target = Local, filepath.Clean(base)
	case strings.Contains(base, "/"):
		return URL{}, &URLError{text, "the directory is not an absolute path"}
	default:
		return URL{}, &URLError{text, "this kind of store is not known"}
	}
	return u, nil
}

// parse reads what is written like a URL.
func (u URL) parse(text, scheme, rest string) (URL, error) {
	paths := map[string]Kind{"file": File, "unix": Daemon, "local": Local}
	hosts := map[string]Kind{"http": HTTP, "https": HTTP, "s3": S3, "ssh-ng": SSH}
	switch {
	case paths[scheme] != "":
		path, err := url.PathUnescape(rest)
		if err != nil {
			return URL{}, &URLError{text, err.Error()}
		}
		if !filepath.IsAbs(path) {
			return URL{}, &URLError{text, "what follows " + scheme + ":// is not an absolute path"}
		}
		u.Kind, u.Target = paths[scheme], filepath.Clean(path)
	case hosts[scheme] != "":
		host, _, _ := strings.Cut(rest, "/")
		host = host[strings.LastIndex(host, "@")+1:]
		if host == "" || strings.HasPrefix(host, "-") || strings.HasPrefix(rest, "-") { // ssh would take it for an option
			return URL{}, &URLError{text, "it names no host"}
		}
		if u.Kind, u.Target = hosts[scheme], strings.TrimRight(rest, "/"); u.Kind == HTTP {
			u.Target = scheme + "://" + u.Target
		}
	case scheme == "dummy" && rest == "":
		u.Kind = Dummy
	case scheme == "ssh":
		return URL{}, &URLError{text, "the protocol of ssh:// is outdated; ssh-ng:// is its successor"}
	default:
		return URL{}, &URLError{text, "this kind of store is not known"}
	}
	return u, nil
}

// String returns u in the form that Nix prints.
func (u URL) String() string {
	text := string(u.Kind)
	path := (&url.URL{Path: u.Target}).EscapedPath()
	switch {
	case u.Kind == HTTP:
		text = u.Target
	case u.Kind == Dummy:
		text = "dummy://"
	case u.Kind == Daemon && u.Target != "":
		text = "unix://" + path
	case (u.Kind == Local || u.Kind == File) && u.Target != "":
		text += "://" + path
	case u.Target != "":
		text += "://" + u.Target
	}
	values := url.Values{}
	for name, value := range u.Params {
		values.Set(name, value)
	}
	if query := values.Encode(); query != "" {
		text += "?" + strings.ReplaceAll(query, "%2F", "/")
	}
	return text
}

// known holds that u has no parameters beside names.
func (u URL) known(names ...string) error {
	for name := range u.Params {
		if !slices.Contains(names, name) {
			return &URLError{u.String(), fmt.Sprintf("parameter %q is not known", name)}
		}
	}
	return nil
}

// A URLError says that a store was asked for that is none.
type URLError struct {
	URL    string
	Reason string
}

func (e *URLError) Error() string { return fmt.Sprintf("store %q: %s", e.URL, e.Reason) }

// Hint returns what may be written instead.
func (e *URLError) Hint() string {
	return "Stores are auto, daemon, local, local?root=DIR, an absolute directory, dummy://, file://DIR, https://HOST, s3://BUCKET and ssh-ng://HOST"
}
