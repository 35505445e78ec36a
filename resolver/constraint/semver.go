package constraint

import (
	"cmp"
	"strconv"
	"strings"
)

// maxSafe is the greatest number that JavaScript counts exactly, and so the
// greatest that npm's semver allows in a version.
const maxSafe = 1<<53 - 1

// A semver is a version of Semantic Versioning 2.0.0. Build metadata is left
// out: it makes no difference to the order.
type semver struct {
	major, minor, patch uint64
	pre                 string // the identifiers after the hyphen, with their dots
}

// parseSemver reads a whole version as npm's semver does: a v in front is allowed.
func parseSemver(s string) (v semver, ok bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "v")
	for i, to := range []*uint64{&v.major, &v.minor, &v.patch} {
		n := numberLen(s)
		if n == 0 {
			return v, false
		}
		var err error
		if *to, err = strconv.ParseUint(s[:n], 10, 64); err != nil || *to > maxSafe {
			return v, false
		}
		s = s[n:]
		if i < 2 {
			if s, ok = strings.CutPrefix(s, "."); !ok {
				return v, false
			}
		}
	}
	n, ok := suffixLen(s)
	if !ok || n < len(s) {
		return v, false
	}
	v.pre = prerelease(s)
	return v, true
}

// numberLen is the length of the number that s begins with: no leading zeros.
func numberLen(s string) int {
	if s != "" && s[0] == '0' {
		return 1
	}
	n := 0
	for n < len(s) && isDigit(s[n]) {
		n++
	}
	return n
}

// suffixLen is the length of the prerelease and build identifiers that s
// begins with. It is false where one of them is not allowed; then the problem
// lies at the length.
func suffixLen(s string) (n int, ok bool) {
	for _, mark := range []byte{'-', '+'} {
		if n >= len(s) || s[n] != mark {
			continue
		}
		for more := true; more; more = n < len(s) && s[n] == '.' {
			n++
			start := n
			for n < len(s) && isIdentifier(s[n]) {
				n++
			}
			id := s[start:n]
			if id == "" || mark == '-' && len(id) > 1 && id[0] == '0' && isDecimal(id) {
				return start, false
			}
		}
	}
	return n, true
}

// prerelease cuts the prerelease identifiers out of a valid suffix.
func prerelease(suffix string) string {
	suffix, _, _ = strings.Cut(suffix, "+")
	return strings.TrimPrefix(suffix, "-")
}

func isIdentifier(c byte) bool {
	return isDigit(c) || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || c == '-'
}

func isDecimal(s string) bool {
	for i := range len(s) {
		if !isDigit(s[i]) {
			return false
		}
	}
	return s != ""
}

// compare orders versions by precedence (Semantic Versioning 2.0.0, 11).
func (v semver) compare(w semver) int {
	return cmp.Or(v.compareCore(w), comparePre(v.pre, w.pre))
}

func (v semver) compareCore(w semver) int {
	return cmp.Or(cmp.Compare(v.major, w.major), cmp.Compare(v.minor, w.minor), cmp.Compare(v.patch, w.patch))
}

func comparePre(a, b string) int {
	if a == "" || b == "" { // a release comes after its prereleases
		return sign(len(b) - len(a))
	}
	for a != "" && b != "" {
		var x, y string
		x, a, _ = strings.Cut(a, ".")
		y, b, _ = strings.Cut(b, ".")
		if c := compareIdentifiers(x, y); c != 0 {
			return c
		}
	}
	return sign(len(a) - len(b))
}

// compareIdentifiers puts numbers before words.
func compareIdentifiers(x, y string) int {
	switch nx, ny := isDecimal(x), isDecimal(y); {
	case nx && ny:
		return compareDecimals(x, y)
	case nx:
		return -1
	case ny:
		return 1
	}
	return strings.Compare(x, y)
}
