package nar

import (
	"errors"
	"fmt"
	"strings"
)

// The limits that Nix sets since 2.35.
const (
	maxTag    = 32   // bytes in a keyword
	maxName   = 255  // bytes in a file name
	maxTarget = 4095 // bytes in a link's target
	maxDepth  = 64   // nodes from the root to a leaf
)

// Words of the format, each encoded as a string: its length in eight
// little-endian bytes, its bytes, and zeros up to a multiple of eight.
const (
	wMagic      = "\x0d\x00\x00\x00\x00\x00\x00\x00nix-archive-1\x00\x00\x00"
	wOpen       = "\x01\x00\x00\x00\x00\x00\x00\x00(\x00\x00\x00\x00\x00\x00\x00"
	wClose      = "\x01\x00\x00\x00\x00\x00\x00\x00)\x00\x00\x00\x00\x00\x00\x00"
	wType       = "\x04\x00\x00\x00\x00\x00\x00\x00type\x00\x00\x00\x00"
	wRegular    = "\x07\x00\x00\x00\x00\x00\x00\x00regular\x00"
	wExecutable = "\x0a\x00\x00\x00\x00\x00\x00\x00executable\x00\x00\x00\x00\x00\x00"
	wEmpty      = "\x00\x00\x00\x00\x00\x00\x00\x00"
	wContents   = "\x08\x00\x00\x00\x00\x00\x00\x00contents"
	wSymlink    = "\x07\x00\x00\x00\x00\x00\x00\x00symlink\x00"
	wTarget     = "\x06\x00\x00\x00\x00\x00\x00\x00target\x00\x00"
	wDirectory  = "\x09\x00\x00\x00\x00\x00\x00\x00directory\x00\x00\x00\x00\x00\x00\x00"
	wEntry      = "\x05\x00\x00\x00\x00\x00\x00\x00entry\x00\x00\x00"
	wName       = "\x04\x00\x00\x00\x00\x00\x00\x00name\x00\x00\x00\x00"
	wNode       = "\x04\x00\x00\x00\x00\x00\x00\x00node\x00\x00\x00\x00"
)

// zeros is what padding is made of.
const zeros = wEmpty

// padding returns how many zeros follow n bytes.
func padding(n uint64) int { return int(-n & 7) }

// Type is the type of a node.
type Type string

// The types, by the words for them in archives and listings.
const (
	Regular   Type = "regular"
	Directory Type = "directory"
	Symlink   Type = "symlink"
)

// Header describes one node of an archive.
type Header struct {
	Path       string // from the root, with slashes; the root itself is "."
	Type       Type
	Executable bool   // of a regular file: its owner may execute it
	Size       int64  // of a regular file: its length in bytes
	Target     string // of a symbolic link
	Offset     int64  // of a regular file: where its contents begin in the archive; set by Reader, ignored by Writer
}

// FormatError says where and how an archive breaks the format.
type FormatError struct {
	Offset int64  // in bytes from the start of the archive
	Path   string // of the node, or of the directory whose entry it is; "." is the root
	Err    error  // io.ErrUnexpectedEOF if the archive is cut off
}

// Error names the byte, the node and the fault.
func (e *FormatError) Error() string {
	return fmt.Sprintf("bad NAR at byte %d, in %q: %v", e.Offset, e.Path, e.Err)
}

// Unwrap returns the fault.
func (e *FormatError) Unwrap() error { return e.Err }

// checkEntry refuses a name that cannot be one component of a path, or that
// does not sort after last, the name before it in its directory.
func checkEntry(last, name string) error {
	switch {
	case name == "", name == ".", name == "..":
		return fmt.Errorf("invalid file name %q", name)
	case len(name) > maxName:
		return fmt.Errorf("file name of %d bytes, and %d are the most", len(name), maxName)
	case strings.ContainsAny(name, "/\x00"):
		return fmt.Errorf("file name %q has a slash or a NUL in it", name)
	case name == last:
		return fmt.Errorf("file name %q occurs twice", name)
	case name < last:
		return fmt.Errorf("file name %q after %q: the directory is not sorted", name, last)
	}
	return nil
}

// checkTarget refuses what cannot be a link's target.
func checkTarget(target string) error {
	switch {
	case target == "":
		return errors.New("symbolic link without a target")
	case len(target) > maxTarget:
		return fmt.Errorf("link target of %d bytes, and %d are the most", len(target), maxTarget)
	case strings.Contains(target, "\x00"):
		return fmt.Errorf("link target %q has a NUL in it", target)
	}
	return nil
}

// errDepth refuses a node at the depth maxDepth.
var errDepth = fmt.Errorf("more than %d nested directories", maxDepth-1)
