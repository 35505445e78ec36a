package narinfo

import (
	"bytes"
	"cmp"
	"crypto/ed25519"
	"encoding/base64"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"devenv/store/storepath"
)

// Fingerprint is the text that a signature of a path signs: its full name, the
// hash and the size of its NAR, and what it refers to.
func Fingerprint(dir storepath.Dir, info Info) string {
	refs := make([]string, 0, len(info.References))
	for _, r := range sortedPaths(info.References) {
		refs = append(refs, dir.Join(r))
	}
	return "1;" + dir.Join(info.Path) + ";" + info.NarHash.String() + ";" + strconv.FormatInt(info.NarSize, 10) + ";" + strings.Join(refs, ",")
}

// ContentAddressed reports whether the path of info is the one that its content
// address gives. An address alone proves nothing of an archive: whoever unpacks
// it compares its contents with the address.
func ContentAddressed(dir storepath.Dir, info Info) bool {
	if info.CA.IsZero() {
		return false
	}
	refs := slices.DeleteFunc(slices.Clone(info.References), func(r storepath.Path) bool { return r == info.Path })
	p, err := dir.ContentAddressed(info.Path.Name(), info.CA, refs, len(refs) < len(info.References))
	return err == nil && p == info.Path
}

// signatures are "<key name>:<base64 of 64 bytes>".
func splitSignature(text string) (name string, sig []byte, err error) {
	name, sig, err = splitNamed(text)
	if err != nil {
		return "", nil, fmt.Errorf("%s is no signature: %w", shown(text), err)
	}
	if len(sig) != ed25519.SignatureSize {
		return "", nil, fmt.Errorf("%s is no signature: it has %d bytes, not %d", shown(text), len(sig), ed25519.SignatureSize)
	}
	return name, sig, nil
}

// splitNamed takes apart "<name>:<base64>", the form of keys and signatures. Its
// errors do not repeat the text, which may be secret.
func splitNamed(text string) (name string, data []byte, err error) {
	name, encoded, ok := strings.Cut(text, ":")
	if !ok || name == "" || strings.ContainsFunc(name, func(r rune) bool { return r <= ' ' || r == 0x7f }) {
		return "", nil, fmt.Errorf("it is not of the form NAME:BASE64")
	}
	if strings.ContainsAny(encoded, "\r\n") {
		return "", nil, fmt.Errorf("it has a line break in it")
	}
	if data, err = base64.StdEncoding.Strict().DecodeString(encoded); err != nil {
		return "", nil, fmt.Errorf("what follows the colon is not base64")
	}
	return name, data, nil
}

// sortedSignatures returns well-formed signatures in the order in which Nix
// writes them, by key name, and without repetitions.
func sortedSignatures(sigs []string) []string {
	sorted := slices.Clone(sigs)
	slices.SortFunc(sorted, func(a, b string) int {
		aName, aSig, _ := splitNamed(a)
		bName, bSig, _ := splitNamed(b)
		return cmp.Or(strings.Compare(aName, bName), bytes.Compare(aSig, bSig))
	})
	return slices.Compact(sorted)
}
