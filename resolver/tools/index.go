package tools

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"devenv/resolver/constraint"
	"devenv/store/nixhash"
)

// release is a version as an index tells of it.
type release struct {
	constraint.Candidate
	Tag      string            // value of {release}, "" where there is none
	Archives map[string]digest // by file name; a zero Hash where the index has no checksums
	Bundled  map[string]string // packages inside: "npm" is its version
}

// digest is what an index knows of a file.
type digest struct {
	Hash nixhash.Hash
	Size int64 // bytes, 0 when unknown
}

// indexFormat reads an index. match says whether an archive's name is one that the
// catalogue asks for, and what {version} and {release} are in it.
type indexFormat func(data []byte, match matcher) ([]release, error)

// indexFormats are the formats that Index.Format may name. release-sums is read per
// release and so is a function of that release's list of sums.
func indexFormats() map[string]indexFormat {
	return map[string]indexFormat{
		"nodejs-index-json": parseNodeIndex,
		"go-dl-json":        parseGoIndex,
		"astral-ndjson":     parseAstralIndex,
		"release-sums":      parseReleaseSums,
	}
}

// maxIndex bounds an index. The largest real one, of all builds of Python, had 12 MB in 2026.
const maxIndex = 40 << 20

var errEmptyIndex = errors.New("lists no version at all")

// decodeJSON refuses what a server says in place of JSON with a fact a person can use.
func decodeJSON(data []byte, into any) error {
	text := bytes.TrimSpace(data)
	switch {
	case len(text) == 0:
		return errors.New("the answer is empty")
	case text[0] == '<':
		return errors.New("a web page, where JSON was expected")
	}
	dec := json.NewDecoder(bytes.NewReader(text))
	if err := dec.Decode(into); err != nil {
		return fmt.Errorf("not the JSON that was expected: %w", err)
	}
	if _, err := dec.Token(); err != io.EOF {
		return errors.New("not the JSON that was expected: more follows its end")
	}
	return nil
}

// sums reads lines of "<hex sha-256>  <name>", as sha256sum writes them.
func parseSums(data []byte) (map[string]nixhash.Hash, error) {
	if !utf8.Valid(data) {
		return nil, errors.New("not a list of checksums")
	}
	sums := map[string]nixhash.Hash{}
	for line := range strings.Lines(string(data)) {
		line = strings.TrimSpace(line)
		if line == "" {
			continue
		}
		sum, name, ok := strings.Cut(line, " ")
		name = strings.TrimPrefix(strings.TrimLeft(name, " "), "*")
		h, err := nixhash.ParseAny(sum, nixhash.SHA256)
		if !ok || name == "" || err != nil || len(sum) != 64 {
			return nil, fmt.Errorf("not a list of checksums: %.60q", line)
		}
		sums[name] = h
	}
	if len(sums) == 0 {
		return nil, errors.New("the list of checksums is empty")
	}
	return sums, nil
}

func hexSHA256(text string) (nixhash.Hash, error) {
	if text == "" {
		return nixhash.Hash{}, nil
	}
	if len(text) != 64 {
		return nixhash.Hash{}, fmt.Errorf("%.80q is no SHA-256 checksum", text)
	}
	return nixhash.ParseAny(text, nixhash.SHA256)
}
