package derivation

import (
	"crypto/sha256"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Placeholder returns the text that a builder of the output called name finds
// replaced by that output's path, as builtins.placeholder has it.
func Placeholder(name string) string { return render(sha256.Sum256([]byte("nix-output:" + name))) }

// Upstream stands for the path of an output that only a build tells, in the
// derivations that need it.
type Upstream struct{ sum [32]byte }

// UpstreamOutput returns the stand-in for an output of the floating, impure or
// deferred derivation at drv.
func UpstreamOutput(drv storepath.Path, output string) Upstream {
	name := strings.TrimSuffix(drv.Name(), Extension)
	return Upstream{sha256.Sum256([]byte("nix-upstream-output:" + drv.Digest() + ":" + OutputName(name, output)))}
}

// Output returns the stand-in for an output of the derivation that u is.
func (u Upstream) Output(output string) Upstream {
	short := nixhash.EncodeNix32(nixhash.Compress(u.sum[:], 20))
	return Upstream{sha256.Sum256([]byte("nix-computed-output:" + short + ":" + output))}
}

// String returns the text of u, which the build replaces.
func (u Upstream) String() string { return render(u.sum) }

func render(sum [32]byte) string { return "/" + nixhash.EncodeNix32(sum[:]) }
