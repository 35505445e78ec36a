// Package devshell turns a derivation into the shell that its builder would
// have had: what "nix develop" and "nix print-dev-env" are about.
//
// A derivation that bash builds is a shell before it is anything else: bash
// with the derivation's variables, in which stdenv's setup has run. To know that
// shell there is only one way, to run it. So there is a second derivation, the
// [Recipe] of the first one's environment: the same bash with the same inputs
// and variables, but with capture.sh as its script, which prints the state of
// the shell instead of building. It is built like any other; what it prints is in
// the store, and the same derivation is captured once.
//
//   - [Capture] does all of that with a store and a builder.
//   - [Parse] reads what was printed: a [Shell], its variables and functions.
//   - [Shell.JSON] is the form of "nix print-dev-env --json".
//   - [Shell.Script] is text for bash that makes a shell like it: what "nix
//     print-dev-env" prints. [Shell.UserScript] does so for commands that are not
//     a build's: what only a build wants stays out of their environment.
//
// The package runs no bash itself and prints nothing.
package devshell
