// Package xz decodes .xz files as binary caches have them: fast.
//
// It knows what `xz` and Nix write: streams, one after another or alone, of blocks
// that are compressed by LZMA2 and nothing else. For filters before that it has
// [ErrFilter], before it has given a byte. All checksums are verified: CRC32,
// CRC64, SHA-256.
//
// An LZMA2 chunk has at most 64 KiB compressed and 2 MiB uncompressed. Chunks are
// read and decoded whole, into a window that is as long as the dictionary and
// some chunks more, so that the inner loop knows neither the end of its input nor
// that of a ring. See "The .xz File Format" at tukaani.org and the LZMA
// specification by Igor Pavlov.
package xz
