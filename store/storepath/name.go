package storepath

import (
	"fmt"
	"strings"
)

// maxName is the longest name in bytes: with the digest and a dash 211 make a
// file name of 244, which leaves room for suffixes such as ".lock".
const maxName = 211

// NameError tells why a text cannot be the name of a store path.
type NameError struct {
	Name   string
	Reason string
}

// Error says which name and what is wrong with it.
func (e *NameError) Error() string {
	return fmt.Sprintf("%s is not a store path name: %s", quote(e.Name), e.Reason)
}

// Hint says what names are made of.
func (e *NameError) Hint() string {
	return fmt.Sprintf("choose a name of 1 to %d letters, digits and + - . _ ? =", maxName)
}

// CheckName returns a *[NameError] unless name may be the name of a store path:
// 1 to 211 of the ASCII letters, the digits and "+-._?=", whose part before the
// first dash is neither "." nor "..".
func CheckName(name string) error {
	switch {
	case name == "":
		return &NameError{name, "it is empty"}
	case len(name) > maxName:
		return &NameError{name, fmt.Sprintf("it has %d bytes, and %d are the most", len(name), maxName)}
	}
	if first, _, _ := strings.Cut(name, "-"); first == "." || first == ".." {
		return &NameError{name, fmt.Sprintf("its part before the first dash is %q", first)}
	}
	for i := range len(name) {
		if !isNameByte(name[i]) {
			return &NameError{name, fmt.Sprintf("it has %q at %d", name[i], i)}
		}
	}
	return nil
}

func isNameByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("+-._?=", c) >= 0
}

// quote quotes s for an error, shortened where it is long.
func quote(s string) string {
	const most = 300
	if len(s) > most {
		return fmt.Sprintf("%q… (%d bytes)", s[:most], len(s))
	}
	return fmt.Sprintf("%q", s)
}
