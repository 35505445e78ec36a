package unpack

import (
	"bytes"
	"strings"
	"time"
)

// Options says how the names of an archive become names of the tree.
//
// A name is first shortened by Strip, then given to Rename; the result is what
// Exec sees and what is created, below Into.
type Options struct {
	// Strip removes this many leading elements; entries that have no more than
	// these are left out, as tar --strip-components does.
	Strip int
	// Into is a slash-separated directory below dest for the whole tree.
	Into string
	// Rename maps a name to another, or leaves the entry out (false). Targets of
	// hard links are mapped too, those of symbolic links are not.
	Rename func(name string) (string, bool)
	// Exec marks files executable whose archive does not; for formats without
	// modes, such as Go's module zips.
	Exec func(name string) bool

	// AnyLink keeps symbolic links that lead out of the tree, as a store does of
	// sources. Links are made last: nothing is written through them all the same.
	AnyLink bool
	// Modified is called with the modification time of every entry. It may be nil.
	Modified func(time.Time)

	MaxBytes int64 // of all files together; default 8 GiB
	MaxFiles int64 // entries, directories included; default 1 000 000
}

const (
	defaultMaxBytes = 8 << 30
	defaultMaxFiles = 1_000_000
)

func (o Options) withDefaults() Options {
	if o.MaxBytes <= 0 {
		o.MaxBytes = defaultMaxBytes
	}
	if o.MaxFiles <= 0 {
		o.MaxFiles = defaultMaxFiles
	}
	return o
}

// Format is how an archive is packed.
type Format string

// The formats.
const (
	Tar    Format = "tar"
	TarGz  Format = "tar.gz"
	TarXz  Format = "tar.xz"
	TarZst Format = "tar.zst"
	TarBz2 Format = "tar.bz2"
	ZipFmt Format = "zip" // for Zip and SpoolZip, not for Tree
)

// FormatFor tells the format from a file's name; ok is false for names of no
// known format.
func FormatFor(name string) (f Format, ok bool) {
	name = strings.ToLower(name)
	for _, known := range []struct {
		suffix string
		format Format
	}{
		{".tar", Tar}, {".tar.gz", TarGz}, {".tgz", TarGz}, {".tar.xz", TarXz}, {".txz", TarXz},
		{".tar.zst", TarZst}, {".tzst", TarZst}, {".tar.bz2", TarBz2}, {".tbz2", TarBz2}, {".zip", ZipFmt},
	} {
		if strings.HasSuffix(name, known.suffix) {
			return known.format, true
		}
	}
	return "", false
}

// SniffLen is how much of an archive's beginning Sniff needs.
const SniffLen = 262

// Sniff tells the format from the first bytes of an archive; ok is false for
// what is no archive of a known format.
func Sniff(head []byte) (f Format, ok bool) {
	for _, known := range []struct {
		magic  string
		format Format
	}{
		{"\x1f\x8b", TarGz}, {"\xfd7zXZ\x00", TarXz}, {"\x28\xb5\x2f\xfd", TarZst}, {"BZh", TarBz2},
		{"PK\x03\x04", ZipFmt}, {"PK\x05\x06", ZipFmt},
	} {
		if bytes.HasPrefix(head, []byte(known.magic)) {
			return known.format, true
		}
	}
	const ustarAt = 257
	return Tar, len(head) >= SniffLen && string(head[ustarAt:SniffLen]) == "ustar"
}
