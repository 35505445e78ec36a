package narinfo

import (
	"crypto/ed25519"
	"errors"
	"fmt"
	"strings"

	"devenv/store/storepath"
)

// Keys are those whose signatures somebody trusts, by name.
type Keys map[string]PublicKey

// ParseKeys reads public keys. Of two with one name the later counts, as in Nix.
func ParseKeys(texts ...string) (Keys, error) {
	keys := Keys{}
	var bad []error
	for _, text := range texts {
		k, err := ParsePublicKey(text)
		if err != nil {
			bad = append(bad, err)
			continue
		}
		keys[k.name] = k
	}
	return keys, errors.Join(bad...)
}

// Trusted reports whether a key among k vouches for info, and which one. A path
// that is addressed by its content is trusted too, by no key.
func (k Keys) Trusted(dir storepath.Dir, info Info) (key string, ok bool) {
	if ContentAddressed(dir, info) {
		return "", true
	}
	if len(k) == 0 || info.NarHash.IsZero() || info.NarSize == 0 {
		return "", false
	}
	fingerprint := []byte(Fingerprint(dir, info))
	for _, text := range info.Signatures {
		name, sig, err := splitSignature(text)
		if err != nil {
			continue
		}
		if trusted, known := k[name]; known && ed25519.Verify(trusted.key[:], fingerprint, sig) {
			return name, true
		}
	}
	return "", false
}

// Check returns nil if info is trusted, else an *UntrustedError.
func (k Keys) Check(dir storepath.Dir, info Info) error {
	if _, ok := k.Trusted(dir, info); ok {
		return nil
	}
	e := &UntrustedError{Path: dir.Join(info.Path)}
	for _, text := range info.Signatures {
		name, _, _ := strings.Cut(text, ":")
		if _, known := k[name]; known {
			e.Forged = append(e.Forged, name)
		} else {
			e.Unknown = append(e.Unknown, name)
		}
	}
	return e
}

// UntrustedError says that nobody who is trusted vouches for a path.
type UntrustedError struct {
	Path    string
	Forged  []string // trusted keys whose signature is there and wrong
	Unknown []string // keys that signed it and are not trusted
}

func (e *UntrustedError) Error() string {
	switch {
	case len(e.Forged) > 0:
		return fmt.Sprintf("%s: the signature by %s is wrong: it is of another content, or of another key of that name", e.Path, strings.Join(e.Forged, ", "))
	case len(e.Unknown) > 0:
		return fmt.Sprintf("%s is signed by %s, whose key is not trusted", e.Path, strings.Join(e.Unknown, ", "))
	}
	return e.Path + " has no signature"
}

// Hint says what to do next.
func (e *UntrustedError) Hint() string {
	switch {
	case len(e.Forged) > 0:
		return "do not use this cache before you know why; if its key was replaced, put the new one into trusted-public-keys"
	case len(e.Unknown) > 0:
		return "if you trust it, add its public key (" + e.Unknown[0] + ":…) to trusted-public-keys in nix.conf, or pass --trusted-public-key"
	}
	return "have the cache sign what it holds (devenv cache sign --key-file FILE), or, if you trust where it comes from, pass --no-check-sigs"
}
