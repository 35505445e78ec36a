package nixhash

import (
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"fmt"
	"hash"
)

// Algo is a hash algorithm that Nix knows. The zero value is none of them.
type Algo uint8

// The algorithms, by the names that Nix prints for them.
const (
	MD5    Algo = 1 + iota // "md5", 16 bytes
	SHA1                   // "sha1", 20 bytes
	SHA256                 // "sha256", 32 bytes
	SHA512                 // "sha512", 64 bytes
	BLAKE3                 // "blake3", 32 bytes
)

// maxSize is the size in bytes of the longest digest.
const maxSize = 64

// ParseAlgo returns the algorithm called name: "md5", "sha1", "sha256",
// "sha512" or "blake3", in lower case as in Nix.
func ParseAlgo(name string) (Algo, error) {
	for a := MD5; a <= BLAKE3; a++ {
		if a.String() == name {
			return a, nil
		}
	}
	return 0, fmt.Errorf("unknown hash algorithm %s: it is one of md5, sha1, sha256, sha512, blake3", shown(name))
}

// String returns the name of a as Nix writes it, and "none" for the zero value.
func (a Algo) String() string {
	switch a {
	case MD5:
		return "md5"
	case SHA1:
		return "sha1"
	case SHA256:
		return "sha256"
	case SHA512:
		return "sha512"
	case BLAKE3:
		return "blake3"
	}
	return "none"
}

// Size returns the length in bytes of a's digests, and 0 for the zero value.
func (a Algo) Size() int {
	switch a {
	case MD5:
		return 16
	case SHA1:
		return 20
	case SHA256, BLAKE3:
		return 32
	case SHA512:
		return 64
	}
	return 0
}

// newHash returns a fresh state of a.
func (a Algo) newHash() hash.Hash {
	switch a {
	case MD5:
		return md5.New()
	case SHA1:
		return sha1.New()
	case SHA256:
		return sha256.New()
	case SHA512:
		return sha512.New()
	case BLAKE3:
		return newBlake3()
	}
	panic("nixhash: no such algorithm: " + a.String())
}
