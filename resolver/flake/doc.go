// Package flake turns a flake reference into outputs: it reads flake.nix, finds
// out and writes down what the inputs are, and calls the flake's function.
//
// A [Session] does all of it, and fetches each tree once.
//
//   - [Session.Get] fetches a flake and reads its [Declaration]: what its
//     flake.nix says before anything is evaluated. Only what is written down
//     counts there, nothing that has to be computed.
//   - [Session.Lock] makes the lock: a graph of inputs, each with the reference
//     that was asked for and the one that it is locked by. What the old lock has
//     and what still is as it is declared is kept, and not fetched.
//   - [Session.Call] gives the flake as a value, outputs and all. Inputs are
//     fetched when something looks at them.
//
// Terms: an input may follow another one, by a path of names from the root; an
// override is what a flake further up, or the command line, says of an input;
// an input is relative if it is a directory of the tree of the flake that names
// it (its parent).
//
// The rules are those of the newest stable Nix, and locks come out in the same
// bytes; docs/flakes.md has what is different. The package knows trees through
// resolver/fetch and the format of locks through lockfile.
package flake
