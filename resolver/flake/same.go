package flake

import (
	"net/url"
	"strings"

	"devenv/resolver/flakeref"
)

// sameReference reports whether a lock's entry was made for a reference. Nix
// leaves passwords in locks.
func sameReference(old, now flakeref.Ref) bool {
	return redacted(old).Canonical().Equal(redacted(now).Canonical())
}

// redacted is a reference as a lock may hold it.
func redacted(ref flakeref.Ref) flakeref.Ref {
	if address := ref.Text("url"); address != "" {
		return ref.With("url", flakeref.Redact(address))
	}
	return ref
}

// pathOf is the path of a file URL, after its "//".
func pathOf(text string) (string, error) {
	file, _, _ := strings.Cut(text, "?")
	return url.PathUnescape(file)
}
