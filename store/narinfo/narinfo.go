// Package narinfo is what one store tells another about a store object: its
// hash, its size, what it refers to, and who vouches for it.
//
// [Info] is what a store knows of a path. [File] is the same as a binary cache
// writes it, with where the archive lies: a .narinfo file, see "Binary Cache" in
// the Nix manual. [Parse] and [File.Bytes] read and write those.
//
// Who vouches does so by an Ed25519 signature of the path's [Fingerprint]. A
// [SecretKey] signs; [Keys] are those that somebody trusts, and [Keys.Check] is
// the one question that stands between a stranger's cache and a store. A path
// whose name is computed from its contents needs no signature:
// [ContentAddressed].
package narinfo

import (
	"errors"
	"time"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// ErrInvalid is the error for a path that a store does not have.
var ErrInvalid = errors.New("not a valid store path")

// Info is what a store knows of a valid path.
type Info struct {
	Path       storepath.Path
	NarHash    nixhash.Hash // SHA-256 of the tree's NAR
	NarSize    int64        // bytes of that NAR; 0 if an old Nix did not note it
	References []storepath.Path
	CA         storepath.ContentAddress // what the path was computed from; zero for an input-addressed one
	Deriver    storepath.Path           // the derivation that built it; zero if none is known
	Ultimate   bool                     // built here, so trusted without a signature
	Signatures []string                 // "<key name>:<base64>"
	Registered time.Time                // whole seconds
}
