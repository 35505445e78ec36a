package storepath

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"slices"
	"strings"

	"devenv/store/nixhash"
)

// ContentAddressed returns the path of the object called name whose content
// has the address ca, which refers to the paths refs and, if self, to itself.
//
// Refs may be in any order, with repetitions. Only [NAR] with SHA-256 knows
// self references, only it and [Text] know references; Git demands SHA-1 or
// SHA-256, Text SHA-256. With a self reference the hash is that of the NAR
// modulo the object's own digest, as "nix store make-content-addressed" has it.
func (d Dir) ContentAddressed(name string, ca ContentAddress, refs []Path, self bool) (Path, error) {
	algo := ca.Hash.Algo()
	switch {
	case ca.IsZero():
		return Path{}, fmt.Errorf("store path %s: no hash of its content", quote(name))
	case ca.Method == NAR && algo == nixhash.SHA256:
		return d.make(fingerprintType{"source", refs, self}, ca.Hash, name)
	case self:
		return Path{}, fmt.Errorf("store path %s: a %s object hashed by %s cannot refer to itself", quote(name), ca.Method, algo)
	case ca.Method == Text && algo == nixhash.SHA256:
		return d.make(fingerprintType{name: "text", refs: refs}, ca.Hash, name)
	case len(refs) > 0:
		return Path{}, fmt.Errorf("store path %s: a %s object hashed by %s cannot refer to other store paths", quote(name), ca.Method, algo)
	case ca.Method == Text:
		return Path{}, fmt.Errorf("store path %s: text is hashed by sha256, not by %s", quote(name), algo)
	case ca.Method == Git && algo != nixhash.SHA1 && algo != nixhash.SHA256:
		return Path{}, fmt.Errorf("store path %s: git objects are hashed by sha1 or sha256, not by %s", quote(name), algo)
	}
	inner := appendBase16([]byte(ca.Method.outPrefix()), ca.Hash)
	return d.make(fingerprintType{name: "output:out"}, sha256Of(string(inner)+":"), name)
}

// outPrefix returns what a fixed output's inner fingerprint begins with.
func (m Method) outPrefix() string { return strings.Replace(m.prefix(), "fixed:", "fixed:out:", 1) }

// Source returns the path of a tree that was added by its NAR's SHA-256, as
// [Dir.ContentAddressed] does for [NAR].
func (d Dir) Source(name string, nar nixhash.Hash, refs []Path, self bool) (Path, error) {
	if nar.Algo() != nixhash.SHA256 {
		return Path{}, fmt.Errorf("store path %s: sources are hashed by sha256, not by %s", quote(name), nar.Algo())
	}
	return d.ContentAddressed(name, ContentAddress{NAR, nar}, refs, self)
}

// FixedOutput returns the path of a fixed-output derivation's output, or of a
// file added with that method and hash; it refers to nothing.
func (d Dir) FixedOutput(name string, m Method, h nixhash.Hash) (Path, error) {
	return d.ContentAddressed(name, ContentAddress{m, h}, nil, false)
}

// Text returns the path of a file whose content has the SHA-256 h and refers to
// refs: a derivation's, or what builtins.toFile writes.
func (d Dir) Text(name string, h nixhash.Hash, refs []Path) (Path, error) {
	return d.ContentAddressed(name, ContentAddress{Text, h}, refs, false)
}

// Output returns the path of the output called output of a derivation whose
// name, without ".drv", is name, and whose hash modulo is drvHash.
func (d Dir) Output(drvHash nixhash.Hash, output, name string) (Path, error) {
	if drvHash.Algo() != nixhash.SHA256 {
		return Path{}, fmt.Errorf("output %s of %s: a derivation's hash is a sha256, not a %s", quote(output), quote(name), drvHash.Algo())
	}
	if output != "out" {
		name += "-" + output
	}
	return d.make(fingerprintType{name: "output:" + output}, drvHash, name)
}

// make computes a path from the parts of its fingerprint: its type with the
// references, the hash, and the name.
func (d Dir) make(kind fingerprintType, hash nixhash.Hash, name string) (Path, error) {
	if err := CheckName(name); err != nil {
		return Path{}, err
	}
	h := sha256.New()
	var room [512]byte // enough for all but the references
	text := append(room[:0], kind.name...)
	for _, ref := range sortedSet(kind.refs) {
		if len(text) > len(room)/4 {
			h.Write(text)
			text = text[:0]
		}
		text = append(text, ':')
		text = append(append(append(text, d...), '/'), ref.base...)
	}
	if kind.self {
		text = append(text, ":self"...)
	}
	text = appendBase16(append(text, ':'), hash)
	text = append(append(append(text, ':'), d...), ':')
	text = append(text, name...)
	h.Write(text)
	sum := h.Sum(room[:0])

	base := make([]byte, 0, digestLen+1+maxName)
	base = append(base, nixhash.EncodeNix32(nixhash.Compress(sum, digestBytes))...)
	return Path{string(append(append(base, '-'), name...))}, nil
}

// fingerprintType is what a fingerprint begins with.
type fingerprintType struct {
	name string
	refs []Path // in any order
	self bool
}

// sortedSet returns paths in order and without repetitions; it copies them only
// if they are not so already.
func sortedSet(paths []Path) []Path {
	for i := 1; i < len(paths); i++ {
		if Compare(paths[i-1], paths[i]) >= 0 {
			sorted := slices.Clone(paths)
			slices.SortFunc(sorted, Compare)
			return slices.Compact(sorted)
		}
	}
	return paths
}

// appendBase16 appends a hash as fingerprints have it, "sha256:<base16>".
func appendBase16(text []byte, h nixhash.Hash) []byte {
	text = append(append(text, h.Algo().String()...), ':')
	return hex.AppendEncode(text, h.Sum())
}

func sha256Of(text string) nixhash.Hash {
	h := nixhash.NewHasher(nixhash.SHA256)
	h.Write([]byte(text))
	return h.Sum()
}
