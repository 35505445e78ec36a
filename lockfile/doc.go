// Package lockfile reads and writes lock files: flake.lock and devenv.lock,
// which share one format, version 7 of Nix's flake.lock.
//
// A lock is a graph. Its [Node]s are pinned things: a flake, a source tree, a
// toolchain. The root node stands for the project itself and pins nothing. A
// node's inputs are [Edge]s: to another node, or a follows path, which names
// the inputs to walk through from the root. [Parse] refuses a lock whose edges
// lead nowhere or in a circle, so that whoever holds a parsed [Lock] can walk it.
//
// [Lock.Bytes] prints what Nix would print, byte for byte. What a newer Nix or
// another tool wrote into a node (attributes, types of pins, even nodes that
// nothing refers to) is kept as it was. Versions 5 and 6 are read, version 7 is written.
//
// Toolchains are nodes of type "tool". [Lock.Tools] and [Lock.SetTools] show
// them as plain [Tool] values and [Diff] says what changed between two locks.
//
// The package never looks at the network, the store, or what a pin refers to.
package lockfile
