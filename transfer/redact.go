package transfer

import (
	"net/url"
	"path"
)

// redact returns a URL as it may be shown: no user, no password, no values of
// a query (signed URLs carry their secret there).
func redact(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || u.Host == "" {
		return "(a malformed URL)"
	}
	return redactURL(u)
}

func redactURL(u *url.URL) string {
	shown := *u
	shown.User = nil
	shown.Fragment, shown.RawFragment = "", ""
	if shown.RawQuery != "" {
		shown.RawQuery = "…"
	}
	return shown.String()
}

// labelOf is the last element of a URL's path.
func labelOf(raw string) string {
	u, err := url.Parse(raw)
	if err != nil || path.Base(u.Path) == "." || path.Base(u.Path) == "/" {
		return redact(raw)
	}
	return path.Base(u.Path)
}
