// Package host is the world of an evaluation on this machine: an eval.Host.
//
// It reads files through mounts: a logical path such as that of an input in
// the store may lie elsewhere on disk. It refuses what a pure or a restricted
// evaluation may not see. It keeps the read set: what the evaluation looked at,
// so that somebody can ask later whether any of it has changed.
//
//	host.go, files.go      the Host; reading
//	resolve.go, mount.go   from logical paths to the disk; symbolic links
//	purity.go              what may be read
//	reads.go, item.go      the read set and its text
//	fresh.go, stat.go      whether it still holds
//	follow.go              whether it matters where files lie
//	add.go, filter.go      store paths of trees and texts
//	derivations.go         the texts of derivations, compressed
//	flush.go               writing those to a store
//	realise.go             import from derivation
//	fetch.go, nofetch.go   fetchers: what they may; one that has nothing
//
// Nothing is written to a store while an evaluation runs, unless it must read
// what has to be built first: derivations, texts and trees are computed, kept
// in memory, and written by Flush when something needs them.
package host
