package storepath

import (
	"fmt"
	"path"
	"strings"
)

// Dir is a logical store directory: absolute, without a slash at its end.
type Dir string

// Default is the store directory of Nix and of its public caches.
const Default Dir = "/nix/store"

// Join returns the full logical path of p.
func (d Dir) Join(p Path) string { return string(d) + "/" + p.base }

// Parse reads the full path of a store object: d, a slash, and a base name.
// Like Nix it first resolves ".", "..", and repeated or trailing slashes, as
// text.
func (d Dir) Parse(full string) (Path, error) {
	p, rest, err := d.ParseInside(full)
	if err == nil && rest != "" {
		return Path{}, fmt.Errorf("path %s is inside a store object, not one itself", quote(full))
	}
	return p, err
}

// ParseInside reads a path at or below a store object. Rest is what follows the
// object's own path: empty, or a slash and more. The path is resolved as in
// [Dir.Parse] first, so that rest never leads out of the object.
func (d Dir) ParseInside(full string) (p Path, rest string, err error) {
	inside, ok := strings.CutPrefix(path.Clean(full), string(d)+"/")
	if !ok {
		return Path{}, "", fmt.Errorf("path %s is not in the store directory %s", quote(full), d)
	}
	base, below, deeper := strings.Cut(inside, "/")
	if deeper {
		rest = "/" + below
	}
	if p, err = ParseBase(base); err != nil {
		return Path{}, "", err
	}
	return p, rest, nil
}
