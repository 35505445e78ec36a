// Package nixhash holds the hashes of Nix: their algorithms, their text forms,
// and the digests themselves as comparable values.
//
// A [Hash] is an algorithm and a digest. It is written in four encodings:
//
//	base16   sha256:ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad
//	nix32    sha256:1b8m03r63zqhnjf7l5wnldhh7c134ap5vpj0850ymkq1iyzicy5s
//	base64   sha256:ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=
//	SRI      sha256-ungWv48Bz+pBQUDeXa4iI7ADYaOWF3qctBD/YfIAFa0=
//
// nix32 is Nix's own base 32: 32 digits and lower-case letters without e, o, t
// and u, most significant digit first, over the digest read as a little-endian
// number. SRI is the integrity attribute of the W3C's "Subresource Integrity".
//
// [Parse] and [ParseAny] accept what Nix accepts, less what has no single
// meaning: text after the padding, line breaks inside, and set bits below the
// last byte are refused, so that a hash has one spelling for each encoding
// (two in base16, whose letters may be upper-case, and two in SRI, whose
// padding may be left out).
//
// The package knows nothing of files or of what was hashed.
package nixhash
