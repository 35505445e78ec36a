package narinfo

import (
	"strconv"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// File is a .narinfo file: what a cache says of a path, and of the archive that
// it has of it.
type File struct {
	Info
	URL         string       // of the archive, relative to the cache or absolute
	Compression string       // "xz", "zstd", …; "none"
	FileHash    nixhash.Hash // of the archive as it is compressed; zero if the cache does not say
	FileSize    int64        // bytes of it; 0 if the cache does not say
}

// Bytes returns f as Nix writes it, with references and signatures in order.
func (f *File) Bytes(dir storepath.Dir) []byte {
	var b []byte
	line := func(name, value string) {
		b = append(append(append(append(b, name...), ": "...), value...), '\n')
	}
	line("StorePath", dir.Join(f.Path))
	line("URL", f.URL)
	line("Compression", f.Compression)
	if !f.FileHash.IsZero() {
		line("FileHash", f.FileHash.String())
	}
	if f.FileSize != 0 {
		line("FileSize", strconv.FormatInt(f.FileSize, 10))
	}
	line("NarHash", f.NarHash.String())
	line("NarSize", strconv.FormatInt(f.NarSize, 10))
	refs := make([]string, len(f.References))
	for i, r := range sortedPaths(f.References) {
		refs[i] = r.Base()
	}
	line("References", strings.Join(refs, " "))
	if !f.Deriver.IsZero() {
		line("Deriver", f.Deriver.Base())
	}
	for _, s := range sortedSignatures(f.Signatures) {
		line("Sig", s)
	}
	if !f.CA.IsZero() {
		line("CA", f.CA.String())
	}
	return b
}
