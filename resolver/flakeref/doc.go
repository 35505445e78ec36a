// Package flakeref reads and writes flake references: how a person, a
// flake.nix, a lock or a registry says which source tree is meant.
//
// A reference has two forms that mean the same, and a [Ref] is either:
//
//   - as a URL: "github:NixOS/nixpkgs/nixos-25.05?dir=lib", "git+ssh://…",
//     "nixpkgs", "./.", which [Parse] reads and [Ref.String] writes;
//   - as attributes: { type = "github"; owner = "NixOS"; … }, as locks and
//     flake.nix have them, which [FromAttrs] reads and [Ref.Attrs] gives.
//
// Each type of reference is a scheme: path, git, github, gitlab, sourcehut,
// tarball, file, and indirect for names that a registry resolves. scheme.go has
// what a scheme is; parse.go tells how a text finds its scheme, find.go how a
// path becomes the repository that it lies in, url.go the grammar of URLs as
// Nix has it, which is RFC 3986 with a few concessions.
//
// [ParseInstallable] reads what follows a reference on a command line:
// "#attribute.path" and "^outputs".
//
// A [Registry] maps references to others; [Resolve] looks a reference up in a
// list of them until it names a place.
//
// The contract is the newest stable Nix: the same texts are accepted, and both
// forms come out in the same bytes. The package looks at the file system only
// through an [FS], and at nothing else.
package flakeref
