package storepath

import (
	"fmt"
	"strings"

	"devenv/store/nixhash"
)

const (
	digestBytes = 20 // of the folded SHA-256
	digestLen   = 32 // of them in nix32
)

// Path is the name of a store object within its store directory,
// "<digest>-<name>". Values are comparable with ==. The zero value names
// nothing.
type Path struct{ base string }

// ParseBase reads the base name of a store path. Every value that it accepts
// prints as it was read.
func ParseBase(s string) (Path, error) {
	if len(s) <= digestLen || s[digestLen] != '-' {
		return Path{}, fmt.Errorf("%s is not a store path: it does not begin with a digest of %d characters and a dash", quote(s), digestLen)
	}
	p := Path{s}
	if _, err := nixhash.DecodeNix32(p.Digest()); err != nil {
		return Path{}, fmt.Errorf("%s is not a store path: its digest: %w", quote(s), err)
	}
	if err := CheckName(p.Name()); err != nil {
		return Path{}, fmt.Errorf("%s is not a store path: %w", quote(s), err)
	}
	return p, nil
}

// Base returns p as a file name, "<digest>-<name>".
func (p Path) Base() string { return p.base }

// String returns the same as [Path.Base].
func (p Path) String() string { return p.base }

// Digest returns the 32 characters before the dash.
func (p Path) Digest() string { return p.base[:min(digestLen, len(p.base))] }

// Name returns what follows the dash.
func (p Path) Name() string { return p.base[min(digestLen+1, len(p.base)):] }

// IsZero reports whether p names nothing.
func (p Path) IsZero() bool { return p.base == "" }

// Compare orders paths by their base names, byte by byte: the order in which
// Nix lists references.
func Compare(a, b Path) int { return strings.Compare(a.base, b.base) }
