package narinfo

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// FormatError says what is wrong with a .narinfo file.
type FormatError struct {
	Line int // from 1; 0 where something is missing
	Err  error
}

func (e *FormatError) Error() string {
	if e.Line == 0 {
		return "a corrupt .narinfo: " + e.Err.Error()
	}
	return fmt.Sprintf("a corrupt .narinfo: line %d: %v", e.Line, e.Err)
}

// Unwrap returns the fault.
func (e *FormatError) Unwrap() error { return e.Err }

// Parse reads a .narinfo file of a cache for the store directory dir. It must
// say StorePath, URL, NarHash (a SHA-256) and NarSize, and end with a whole line.
// Fields that are not known are passed over; those that are known must be well
// formed, and but for Sig occur once. References come sorted and without
// repetitions; a file without Compression means bzip2, as in Nix. The error is a
// *FormatError.
func Parse(dir storepath.Dir, text []byte) (*File, error) {
	p := parser{dir: dir, file: &File{}, seen: map[string]bool{}}
	number := 0
	for line := range strings.Lines(string(text)) {
		number++
		if err := p.line(line); err != nil {
			return nil, &FormatError{number, err}
		}
	}
	for _, name := range []string{"StorePath", "URL", "NarHash", "NarSize"} {
		if !p.seen[name] {
			return nil, &FormatError{0, fmt.Errorf("it has no %s", name)}
		}
	}
	if p.file.Compression == "" {
		p.file.Compression = "bzip2"
	}
	p.file.References = sortedPaths(p.file.References)
	p.file.Signatures = sortedSignatures(p.file.Signatures)
	return p.file, nil
}

type parser struct {
	dir  storepath.Dir
	file *File
	seen map[string]bool // fields
}

func (p *parser) line(line string) error {
	line, whole := strings.CutSuffix(line, "\n")
	if !whole {
		return errors.New("it is cut off: the line has no end")
	}
	name, value, ok := strings.Cut(line, ":")
	if !ok {
		return fmt.Errorf("no colon in %s", shown(line))
	}
	if err := p.field(name, strings.TrimPrefix(value, " ")); err != nil {
		return fmt.Errorf("%s: %w", shown(name), err)
	}
	return nil
}

// field takes the value of a field that is known.

func (p *parser) field(name, value string) (err error) {
	f := p.file
	if p.seen[name] && name != "Sig" {
		return errors.New("it occurs twice")
	}
	switch name {
	case "StorePath":
		f.Path, err = p.dir.Parse(value)
	case "URL":
		f.URL, err = value, checkURL(value)
	case "Compression":
		f.Compression = value
	case "FileHash":
		f.FileHash, err = nixhash.Parse(value)
	case "FileSize":
		f.FileSize, err = parseSize(value)
	case "NarHash":
		if f.NarHash, err = nixhash.Parse(value); err == nil && f.NarHash.Algo() != nixhash.SHA256 {
			err = fmt.Errorf("a %s hash where a sha256 is due", f.NarHash.Algo())
		}
	case "NarSize":
		if f.NarSize, err = parseSize(value); err == nil && f.NarSize == 0 {
			err = errors.New("no archive has 0 bytes")
		}
	case "References":
		f.References, err = parseReferences(value)
	case "Deriver":
		if value != "unknown-deriver" && value != "" {
			f.Deriver, err = storepath.ParseBase(value)
		}
	case "Sig":
		if _, _, err = splitSignature(value); err == nil {
			f.Signatures = append(f.Signatures, value)
		}
	case "CA":
		if value != "" {
			f.CA, err = storepath.ParseContentAddress(value)
		}
	default:
		return nil
	}
	p.seen[name] = true
	return err
}

func checkURL(url string) error {
	switch {
	case url == "":
		return errors.New("it is empty")
	case strings.ContainsFunc(url, func(r rune) bool { return r <= ' ' || r == 0x7f }):
		return fmt.Errorf("%s has white space or control characters in it", shown(url))
	}
	return nil
}

// parseSize reads a number of bytes: digits and nothing else.
func parseSize(value string) (int64, error) {
	n, err := strconv.ParseUint(value, 10, 63)
	if err != nil {
		return 0, fmt.Errorf("%s is no number of bytes", shown(value))
	}
	return int64(n), nil
}

func parseReferences(value string) ([]storepath.Path, error) {
	var refs []storepath.Path
	for word := range strings.FieldsSeq(value) {
		ref, err := storepath.ParseBase(word)
		if err != nil {
			return nil, err
		}
		refs = append(refs, ref)
	}
	return refs, nil
}

// sortedPaths returns paths in order and without repetitions.
func sortedPaths(paths []storepath.Path) []storepath.Path {
	sorted := slices.Clone(paths)
	slices.SortFunc(sorted, storepath.Compare)
	return slices.Compact(sorted)
}

// shown quotes a stranger's text for an error, shortened where it is long.
func shown(s string) string {
	const most = 120
	if len(s) > most {
		return fmt.Sprintf("%q… (%d bytes)", s[:most], len(s))
	}
	return strconv.Quote(s)
}
