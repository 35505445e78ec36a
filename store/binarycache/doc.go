// Package binarycache is binary caches: places that have store objects as
// compressed archives, and a small file for each that says what it is.
//
//	nix-cache-info          which store directory the paths are of; a priority
//	<digest>.narinfo        what the path with that digest is (package narinfo)
//	nar/<hash>.nar.zst      its archive, compressed
//
// A [Cache] is one of them: a directory (file:), a web server (http:, https:) or
// a bucket (s3:); [Open] reads its URL, with the parameters that Nix's have. It
// answers [Cache.Lookup], gives archives with [Cache.Nar] as they arrive, and
// takes them with [Cache.Import]. A [Set] is several, asked in the order of their
// priorities, each for what those before it lack or fail to give. A [Memory] keeps
// on disk what caches said. A [Server] is a store that others use as a cache.
//
// # What is believed
//
// Nothing but signatures. A Cache says what it was told; a Set returns what its
// Trust accepts, and asks the next cache for what it does not. An archive is what
// its hash says or is an error, and no more of it is unpacked than its size
// allows. That a path is the one that its address of content gives is for the
// store to hold that unpacks it.
//
// The layout is that of "Binary Cache" in the Nix manual.
package binarycache
