// Package derivation holds Nix's build recipes: the value, the text of a .drv
// file, and the rules by which the paths of its outputs and its own path follow
// from it.
//
// A [Derivation] says what to run ([Derivation.Builder] with arguments and
// environment, on a system), what it needs (other derivations' outputs, and
// sources), and what it makes: its outputs. An output's path is known in one of
// five ways, its [Kind].
//
// The text of a .drv file is an ATerm; [Derivation.AppendATerm] prints it and
// [Parse] reads it. The file's own path is that of a text file that refers to
// all inputs.
//
// The path of an input-addressed output hashes the derivation itself, with the
// outputs left blank and each input derivation replaced by its [Modulo]: a hash
// of what that input is, in which outputs of known content count by their
// content and not by how they are fetched. A [Hasher] computes all of these for
// one derivation at a time, inputs before those that need them, and
// [Hasher.Instantiate] does for a new derivation what evaluation needs.
//
// The package reads and writes no files: what an input's Modulo is the caller
// knows, or a [Memo] finds out through a function of the caller's.
//
// See "Store Derivation" and "Derivation ATerm file format" in the Nix manual.
package derivation
