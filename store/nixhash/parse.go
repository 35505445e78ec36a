package nixhash

import (
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"strings"
)

// maxShown is how much of a refused text an error repeats.
const maxShown = 160

// Parse reads a hash that names its algorithm: "sha256:" and a digest in
// base16, nix32 or padded base64, which its length tells apart, or the SRI
// form "sha256-" and base64 with or without padding.
func Parse(s string) (Hash, error) { return parse(s, 0) }

// ParseAny reads what [Parse] reads, and digests without an algorithm, which
// are then a's. A text that names another algorithm than a is an error; where
// a is 0 the text must name one.
func ParseAny(s string, a Algo) (Hash, error) { return parse(s, a) }

func parse(s string, want Algo) (Hash, error) {
	algo, digest, sri, err := split(s, want)
	if err != nil {
		return Hash{}, err
	}
	var sum []byte
	if sri {
		sum, err = decodeBase64(digest, strings.HasSuffix(digest, "="))
	} else {
		sum, err = decodeByLength(digest, algo)
	}
	if err == nil && len(sum) != algo.Size() {
		err = fmt.Errorf("it has %d bytes, and %s has %d", len(sum), algo, algo.Size())
	}
	if err != nil {
		return Hash{}, fmt.Errorf("hash %s: %w", shown(s), err)
	}
	return New(algo, sum)
}

// split takes s apart into the algorithm, named or wanted, and the digest.
func split(s string, want Algo) (algo Algo, digest string, sri bool, err error) {
	name, digest, named := strings.Cut(s, ":")
	if !named {
		name, digest, sri = strings.Cut(s, "-")
	}
	if !named && !sri {
		if want.Size() == 0 {
			return 0, "", false, fmt.Errorf("hash %s does not name its algorithm, as in %q", shown(s), "sha256:"+s[:min(len(s), 8)]+"…")
		}
		return want, s, false, nil
	}
	if algo, err = ParseAlgo(name); err != nil {
		return 0, "", false, fmt.Errorf("hash %s: %w", shown(s), err)
	}
	if want != 0 && algo != want {
		return 0, "", false, fmt.Errorf("hash %s is a %s hash where a %s hash is due", shown(s), algo, want)
	}
	return algo, digest, sri, nil
}

// decodeByLength decodes a digest of algorithm a from the encoding in which
// digests of a are as long as text.
func decodeByLength(text string, a Algo) ([]byte, error) {
	switch size := a.Size(); len(text) {
	case hex.EncodedLen(size):
		return hex.DecodeString(text)
	case nix32Len(size):
		return DecodeNix32(text)
	case base64.StdEncoding.EncodedLen(size):
		return decodeBase64(text, true)
	default:
		return nil, fmt.Errorf("%d characters are no %s digest, which has %d in base16, %d in nix32, %d in base64",
			len(text), a, hex.EncodedLen(size), nix32Len(size), base64.StdEncoding.EncodedLen(size))
	}
}

// decodeBase64 decodes the standard alphabet of RFC 4648, strictly.
func decodeBase64(text string, padded bool) ([]byte, error) {
	if len(text) > base64.StdEncoding.EncodedLen(maxSize) {
		return nil, fmt.Errorf("%d characters are longer than any digest", len(text))
	}
	if i := strings.IndexAny(text, "\r\n"); i >= 0 { // which encoding/base64 skips
		return nil, fmt.Errorf("line break at %d of the digest", i)
	}
	encoding := base64.RawStdEncoding
	if padded {
		encoding = base64.StdEncoding
	}
	return encoding.Strict().DecodeString(text)
}

// shown quotes s for an error, shortened where it is long.
func shown(s string) string {
	if len(s) > maxShown {
		return fmt.Sprintf("%q… (%d bytes)", s[:maxShown], len(s))
	}
	return fmt.Sprintf("%q", s)
}
