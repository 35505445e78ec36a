// Package wire reads and writes the few kinds of values that the protocols of
// Nix are made of, see "Serialization" in src/libutil of Nix:
//
//	number   8 bytes, little-endian
//	bool     a number, 0 or 1
//	string   a number, that many bytes, and zeros up to a multiple of 8
//	list     a number, and that many values
//	frames   a number, that many bytes without padding, and so on; 0 ends them
//
// [Reader] and [Writer] remember their first error, so that a message is read or
// written without a check after every value. What a reader keeps in memory is
// bounded by [Reader.Allow], whatever lengths the other end claims.
package wire
