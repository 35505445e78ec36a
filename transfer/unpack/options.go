package unpack

import "strings"

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
		{".tar.zst", TarZst}, {".tzst", TarZst}, {".zip", ZipFmt},
	} {
		if strings.HasSuffix(name, known.suffix) {
			return known.format, true
		}
	}
	return "", false
}
