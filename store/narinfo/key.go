package narinfo

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"strings"

	"devenv/store/storepath"
)

// PublicKey is the Ed25519 key that signatures by a name are verified with.
// Values are comparable with ==.
type PublicKey struct {
	name string
	key  [ed25519.PublicKeySize]byte
}

// ParsePublicKey reads "<name>:<base64>", as in Nix's trusted-public-keys.
func ParsePublicKey(text string) (PublicKey, error) {
	name, data, err := splitNamed(text)
	if err == nil && len(data) != ed25519.PublicKeySize {
		err = fmt.Errorf("it has %d bytes, not %d", len(data), ed25519.PublicKeySize)
		if len(data) == ed25519.PrivateKeySize {
			return PublicKey{}, errors.New("this is a secret key where the public one is due: do not show it to anybody")
		}
	}
	if err != nil {
		return PublicKey{}, fmt.Errorf("%s is no public key: %w", shown(text), err)
	}
	return PublicKey{name, [ed25519.PublicKeySize]byte(data)}, nil
}

// Name returns the name that signatures name the key by.
func (k PublicKey) Name() string { return k.name }

// String returns the key as ParsePublicKey reads it.
func (k PublicKey) String() string { return k.name + ":" + base64.StdEncoding.EncodeToString(k.key[:]) }

// SecretKey is an Ed25519 key that signs by a name. Printing it shows the name
// only.
type SecretKey struct {
	name string
	key  ed25519.PrivateKey
}

// ParseSecretKey reads "<name>:<base64>", as `nix key generate-secret` writes
// it; white space around it is none of it.
func ParseSecretKey(text string) (SecretKey, error) {
	name, data, err := splitNamed(strings.TrimSpace(text))
	if err != nil {
		return SecretKey{}, fmt.Errorf("no secret key: %w", err)
	}
	if len(data) != ed25519.PrivateKeySize {
		return SecretKey{}, fmt.Errorf("no secret key: it has %d bytes, not %d", len(data), ed25519.PrivateKeySize)
	}
	k := SecretKey{name, ed25519.NewKeyFromSeed(data[:ed25519.SeedSize])}
	if !k.key.Equal(ed25519.PrivateKey(data)) {
		return SecretKey{}, errors.New("no secret key: its two halves do not belong together")
	}
	return k, nil
}

// GenerateKey makes a key from the randomness of random.
func GenerateKey(name string, random io.Reader) (SecretKey, error) {
	if _, _, err := splitNamed(name + ":"); err != nil {
		return SecretKey{}, fmt.Errorf("%s is no name for a key: write something like cache.example.org-1", shown(name))
	}
	seed := make([]byte, ed25519.SeedSize)
	if _, err := io.ReadFull(random, seed); err != nil {
		return SecretKey{}, err
	}
	return SecretKey{name, ed25519.NewKeyFromSeed(seed)}, nil
}

// Name returns the name of k.
func (k SecretKey) Name() string { return k.name }

// String returns what may be shown of k.
func (k SecretKey) String() string { return k.name + ":(secret)" }

// GoString returns what may be shown of k.
func (k SecretKey) GoString() string { return k.String() }

// Text returns k as ParseSecretKey reads it.
func (k SecretKey) Text() string { return k.name + ":" + base64.StdEncoding.EncodeToString(k.key) }

// Public returns the key that verifies what k signs.
func (k SecretKey) Public() PublicKey {
	return PublicKey{k.name, [ed25519.PublicKeySize]byte(k.key[ed25519.SeedSize:])}
}

// Sign returns k's signature of info, "<name>:<base64>". The NAR's hash and size
// must be known.
func (k SecretKey) Sign(dir storepath.Dir, info Info) (string, error) {
	if info.NarHash.IsZero() || info.NarSize == 0 {
		return "", fmt.Errorf("%s cannot be signed: the hash or the size of its NAR is not known", info.Path.Base())
	}
	sig := ed25519.Sign(k.key, []byte(Fingerprint(dir, info)))
	return k.name + ":" + base64.StdEncoding.EncodeToString(sig), nil
}
