// Package astcache keeps parsed Nix files between runs.
//
// A cache is a directory of packs. A pack is a file that is written once, under
// another name first, and never changed: trees as package syntax encodes them,
// each with its checksum, and behind them an index, sorted by the files'
// identities. A run maps all packs into memory, reads trees where they lie, and
// writes those that it had to parse into one more pack. So any number of
// processes may use a cache at once, without locks, and whatever stops one of
// them leaves nothing that is half there.
//
//	pack.go      the format: reading and checking
//	write.go     writing, merging, throwing away
//	cache.go     looking up and adding
//	identity.go  when a file is the same one
//
// A tree is found by what the file system says of the file (device, inode, size,
// times of modification and change), or by the SHA-256 of its text. The first is
// believed only of files that were old enough when they were read.
//
// What is damaged, or of another version, is deleted and made again. A cache may
// be deleted at any time.
package astcache
