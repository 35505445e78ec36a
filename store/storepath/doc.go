// Package storepath holds the names of store objects and the rules by which
// Nix computes them.
//
// A store path is the logical store directory, a digest and a name:
//
//	/nix/store/rk2d2nlkn8vim0j4581nmwzfhgyfn1c3-a.txt
//	└── Dir ──┘└─────────── digest ───────────┘ └name┘
//
// [Path] is the part that the directory does not say, its base name; [Dir] is
// the directory, which the digest was computed with: a path computed for one
// directory is meaningless in another. Where the directory lies on this machine
// is nobody's business here.
//
// The digest is 20 bytes of nix32: the SHA-256, folded, of a fingerprint
//
//	<type>:sha256:<base16>:<dir>:<name>
//
// in which type is "source" or "text" with the references, or "output:<id>";
// see "Store Path Specification" in the Nix manual. [Dir.ContentAddressed]
// computes the paths of objects known by their content, [Dir.Output] those of
// derivations' outputs. [ContentAddress] is how the database and .narinfo files
// say what was hashed.
package storepath
