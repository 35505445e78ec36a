// Package nar reads and writes NARs, the archives by which Nix transfers and
// hashes file trees.
//
// A NAR holds one node: a regular file with its executable bit, a symbolic
// link, or a directory of named nodes. It holds no times, owners or other
// modes, and its directories are sorted, so that a tree has exactly one NAR.
// See "Nix Archive (NAR) format" in the Nix manual.
//
// Between trees on disk and archives:
//
//   - [Dump] writes the NAR of a path, [HashPath] hashes it without keeping it.
//   - [Restore] makes a tree from a NAR that may come from anywhere.
//
// Between programs and archives:
//
//   - [Reader] takes a NAR apart, node by node, as archive/tar does.
//   - [Writer] puts one together.
//   - [List] and [Listing] are the table of contents that binary caches serve.
//
// A NAR that is accepted is canonical: writing what was read gives the same
// bytes. What is not is refused with the byte and the node where it went wrong,
// see [FormatError]; so is what current Nix refuses: names over 255 bytes, link
// targets over 4095, and nodes below more than 63 directories. No length in an
// archive makes the package allocate memory.
//
// On a Mac, whose file systems take "Makefile" and "makefile" for one name, Nix
// restores the second as "makefile~nix~case~hack~1" and leaves the suffix out
// when it dumps. So does this package there, and only there.
//
// It calls the kernel by file descriptors and single names, so that a tree that
// changes meanwhile, or an archive that was made to, cannot lead it elsewhere.
// Dump, HashPath and Restore exist on Linux and macOS only.
package nar
