// Package filelock takes the advisory locks of a Nix store: flock(2) on files
// that exist only to be locked, and on temporary directories.
//
// The protocol is Nix's (its PathLocks), so that Nix and this program can work
// in one store at once. A lock file is created with mode 0600 and locked. Its
// last holder may unlink it; whoever waited for it then holds a lock on a file
// that has no name any more, notices that, and starts over.
//
// The kernel drops a lock when its process dies, so a lock that cannot be taken
// always has a living owner, and one that can be taken has none.
package filelock
