// Package tools gets toolchains from those who publish them.
//
// A tool is a file of the catalogue (catalogue/*.toml): which versions exist, which archive
// a system needs, whose checksum it must have, how the tree is put together and what an
// environment with it looks like. Go code knows formats and protocols, never a tool by name.
//
// A [Resolver] does two things with it:
//
//   - [Resolver.Lock] turns a constraint into a [lockfile.Tool]: one version, and for every
//     system the parts with the publisher's checksums. Only indexes are read.
//   - [Resolver.Realise] turns such a tool into a tree in the store. Where the store has the
//     tree already, nothing is downloaded and no network is touched.
//
// Versions and parts come from sources, in the order that the tool names:
//
//   - mirror: the publisher's layout at an address that the user put in an environment variable;
//   - npm: packages of the registry that npm is configured for;
//   - goproxy: golang.org/toolchain of the module proxy that Go is configured for, with the
//     hashes of the checksum database;
//   - publisher: the publisher's own site.
//
// A lock never says where a mirror, a registry or a proxy is: mirrored parts keep the
// publisher's address, the others are called npm:name@version and goproxy:module@version.
//
// [Catalogue.Contribution] says what a tree adds to an environment, and [Prepare] makes the
// writable place that goes with it. The package prints nothing, reads no variable of the
// process, and knows no store beyond the two methods of [Store].
package tools
