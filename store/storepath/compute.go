package storepath

import (
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
		return d.make(d.typeOf("source", refs, self), base16(ca.Hash), name)
	case self:
		return Path{}, fmt.Errorf("store path %s: a %s object hashed by %s cannot refer to itself", quote(name), ca.Method, algo)
	case ca.Method == Text && algo == nixhash.SHA256:
		return d.make(d.typeOf("text", refs, false), base16(ca.Hash), name)
	case len(refs) > 0:
		return Path{}, fmt.Errorf("store path %s: a %s object hashed by %s cannot refer to other store paths", quote(name), ca.Method, algo)
	case ca.Method == Text:
		return Path{}, fmt.Errorf("store path %s: text is hashed by sha256, not by %s", quote(name), algo)
	case ca.Method == Git && algo != nixhash.SHA1 && algo != nixhash.SHA256:
		return Path{}, fmt.Errorf("store path %s: git objects are hashed by sha1 or sha256, not by %s", quote(name), algo)
	}
	inner := ca.Method.outPrefix() + base16(ca.Hash) + ":"
	return d.make("output:out", base16(sha256Of(inner)), name)
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
	return d.make("output:"+output, base16(drvHash), name)
}

// make computes a path from the parts of its fingerprint.
func (d Dir) make(kind, hash, name string) (Path, error) {
	if err := CheckName(name); err != nil {
		return Path{}, err
	}
	sum := sha256Of(kind + ":" + hash + ":" + string(d) + ":" + name).Sum()
	return Path{nixhash.EncodeNix32(nixhash.Compress(sum, digestBytes)) + "-" + name}, nil
}

// typeOf returns the type of a fingerprint, which holds the references.
func (d Dir) typeOf(kind string, refs []Path, self bool) string {
	refs = slices.Clone(refs)
	slices.SortFunc(refs, Compare)
	for _, ref := range slices.Compact(refs) {
		kind += ":" + d.Join(ref)
	}
	if self {
		kind += ":self"
	}
	return kind
}

// base16 writes a hash as fingerprints do, "sha256:<base16>".
func base16(h nixhash.Hash) string { return h.Algo().String() + ":" + h.Base16() }

func sha256Of(s string) nixhash.Hash {
	h := nixhash.NewHasher(nixhash.SHA256)
	h.Write([]byte(s))
	return h.Sum()
}
