// Package unpack writes the tree of an archive into a fresh directory. It is
// made for archives from strangers: what it writes lies below that directory,
// and no link that it makes leads out of it unless that was asked for.
//
//	Tree   tar, tar.gz, tar.xz, tar.zst, tar.bz2 from a stream, decompressed while it is written
//	Zip    from a file, several entries at once
//	SpoolZip  a zip from a stream, by way of a temporary file
//
// tar.go and zip.go read the formats; both hand each entry to a tree (tree.go),
// which has the rules: names.go for names, links.go for links, limits.go for
// bombs. An archive that breaks a rule is refused with the entry's name, and
// what was written of it is removed.
//
// Of an entry's metadata only its kind, its content and one executable bit are
// taken: no owners, no times, no other modes, no extended attributes. That is
// what a store keeps of a file.
package unpack
