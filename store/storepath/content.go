package storepath

import (
	"fmt"
	"strings"

	"devenv/store/nixhash"
)

// Method is how a file tree becomes the bytes that a content address hashes.
type Method uint8

// The methods, with their names in derivations and on Nix's command lines.
const (
	Flat Method = iota // "flat": the bytes of one regular file
	NAR                // "nar": the tree as a NAR; once called "recursive"
	Git                // "git": the tree as a git object
	Text               // "text": one regular file that may refer to store paths
)

// String returns the name of m.
func (m Method) String() string { return [...]string{"flat", "nar", "git", "text"}[m] }

// prefix returns what stands before the hash in a content address.
func (m Method) prefix() string { return [...]string{"fixed:", "fixed:r:", "fixed:git:", "text:"}[m] }

// ContentAddress says what a store object's path was computed from: the method
// and the hash. Values are comparable with ==. The zero value is no address.
type ContentAddress struct {
	Method Method
	Hash   nixhash.Hash
}

// ParseContentAddress reads the form of Nix's database and .narinfo files:
// "text:<hash>", or "fixed:" with "r:", "git:" or nothing, and "<hash>", which
// is an algorithm, a colon, and a digest in base16, nix32 or base64.
func ParseContentAddress(s string) (ContentAddress, error) {
	for _, m := range []Method{Text, Git, NAR, Flat} { // the longer prefixes first
		rest, ok := strings.CutPrefix(s, m.prefix())
		if !ok {
			continue
		}
		if !strings.Contains(rest, ":") {
			return ContentAddress{}, fmt.Errorf("content address %s: no hash of the form \"sha256:…\" after %q", quote(s), m.prefix())
		}
		h, err := nixhash.Parse(rest)
		if err != nil {
			return ContentAddress{}, fmt.Errorf("content address %s: %w", quote(s), err)
		}
		return ContentAddress{m, h}, nil
	}
	return ContentAddress{}, fmt.Errorf("content address %s: it does not begin with \"fixed:\" or \"text:\"", quote(s))
}

// IsZero reports whether ca is no address.
func (ca ContentAddress) IsZero() bool { return ca.Hash.IsZero() }

// String returns ca as Nix stores it, with the hash in nix32; no address is "".
func (ca ContentAddress) String() string {
	if ca.IsZero() {
		return ""
	}
	return ca.Method.prefix() + ca.Hash.String()
}
