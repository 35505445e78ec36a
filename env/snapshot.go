package env

import (
	"crypto/sha256"
	"encoding/binary"
	"hash"
	"io"
	"maps"
	"slices"
)

// A Snapshot is the environment of one project as plain values. Values are
// bytes without NUL; they need not be UTF-8. A snapshot is not changed once it
// has been given a key.
type Snapshot struct {
	// Dir is the project's absolute directory; hooks run there.
	Dir string
	// Label is for people: "node 24.21.0, go 1.24.5".
	Label string
	// Set holds variables with their values; an empty value is a value.
	Set map[string]string
	// Unset holds variables that must not be there.
	Unset []string
	// Prepend holds the elements that go before those that a PATH-like
	// variable already has, in order of precedence. See [Prepended] for
	// variables whose absence means a default.
	Prepend map[string][]string
	// Scripts maps the name of a command to its sh text. Text that begins with
	// "#!" is kept as it is, other text is run by /bin/sh; "$@" is what the
	// user gave, the working directory is the user's.
	Scripts map[string]string
	// Enter and Leave are run by sh -c in Dir when the layer comes and goes.
	Enter, Leave string
	// Roots are the full logical store paths that the snapshot needs.
	Roots []string
}

// keyFormat is part of every key. It grows when the meaning of a snapshot
// changes, so that old and new never share a key.
const keyFormat = "devenv snapshot 1"

// KeyLen is the length of a key.
const KeyLen = 16

// Key names the snapshot: 16 characters of [0-9a-z], the beginning of the
// SHA-256 over all its fields. Two snapshots have the same key if and only if
// they are the same, order in Unset and Roots aside.
func (s Snapshot) Key() string {
	h := keyHash{sha256.New()}
	h.text(keyFormat)
	h.text(s.Dir)
	h.text(s.Label)
	h.table(s.Set)
	h.list(sorted(s.Unset))
	h.number(len(s.Prepend))
	for _, name := range slices.Sorted(maps.Keys(s.Prepend)) {
		h.text(name)
		h.list(s.Prepend[name])
	}
	h.table(s.Scripts)
	h.text(s.Enter)
	h.text(s.Leave)
	h.list(sorted(s.Roots))
	return encodeKey(h.Sum(nil))
}

// keyHash writes every field with its length, so that no two sequences of
// fields have the same bytes.
type keyHash struct{ hash.Hash }

func (h keyHash) number(n int) {
	var b [8]byte
	binary.LittleEndian.PutUint64(b[:], uint64(n))
	h.Write(b[:])
}

func (h keyHash) text(s string) {
	h.number(len(s))
	io.WriteString(h, s)
}

func (h keyHash) list(l []string) {
	h.number(len(l))
	for _, s := range l {
		h.text(s)
	}
}

func (h keyHash) table(m map[string]string) {
	h.number(len(m))
	for _, name := range slices.Sorted(maps.Keys(m)) {
		h.text(name)
		h.text(m[name])
	}
}

// keyDigits is the alphabet of Nix's base 32.
const keyDigits = "0123456789abcdfghijklmnpqrsvwxyz"

// encodeKey takes the first 80 bits of sum, five for each character.
func encodeKey(sum []byte) string {
	key := make([]byte, KeyLen)
	for i := range key {
		bit := i * 5
		pair := uint(sum[bit/8])<<8 | uint(sum[bit/8+1])
		key[i] = keyDigits[pair>>(11-bit%8)&31]
	}
	return string(key)
}

// isKey reports whether s has the form of a key. What comes out of an
// environment is checked before it becomes part of a path.
func isKey(s string) bool {
	if len(s) != KeyLen {
		return false
	}
	for i := range len(s) {
		c := s[i]
		if (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

func sorted(l []string) []string { return slices.Sorted(slices.Values(l)) }
