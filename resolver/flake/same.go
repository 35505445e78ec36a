package flake

import (
	"net/url"
	"strings"

	"devenv/resolver/flakeref"
)

// sameReference reports whether a lock's entry was made for a reference. Old
// versions of Nix left dir= in the URL as well, and Nix leaves passwords in it.
func sameReference(old, now flakeref.Ref) bool {
	return withoutDir(redacted(old)).Equal(withoutDir(redacted(now)))
}

// redacted is a reference as a lock may hold it.
func redacted(ref flakeref.Ref) flakeref.Ref {
	if address := ref.Text("url"); address != "" {
		return ref.With("url", flakeref.Redact(address))
	}
	return ref
}

func withoutDir(ref flakeref.Ref) flakeref.Ref {
	address, query, ok := strings.Cut(ref.Text("url"), "?")
	if !ok || ref.Dir == "" {
		return ref
	}
	var kept []string
	for param := range strings.SplitSeq(query, "&") {
		name, value, _ := strings.Cut(param, "=")
		if decoded, err := url.PathUnescape(value); name == "dir" && err == nil && decoded == ref.Dir {
			continue
		}
		kept = append(kept, param)
	}
	if len(kept) > 0 {
		address += "?" + strings.Join(kept, "&")
	}
	return ref.With("url", address)
}

// pathOf is the path of a file URL, after its "//".
func pathOf(text string) (string, error) {
	file, _, _ := strings.Cut(text, "?")
	return url.PathUnescape(file)
}
