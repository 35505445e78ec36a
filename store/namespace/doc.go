// Package namespace runs programs where a store's directory is at its logical
// place although it lies elsewhere on disk: in a user and mount namespace of
// their own, in which /nix is another directory and all else is the machine's,
// and the user is the same. No root is needed.
//
// The program starts itself again as a helper in the new namespaces; [Child] is
// what it runs there before it becomes the program that was asked for.
//
// What sets user ids, such as sudo, does not work in there: the namespace has
// one user.
package namespace
