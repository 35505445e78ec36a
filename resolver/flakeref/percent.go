package flakeref

import (
	"fmt"
	"strings"
)

// Sets of characters of RFC 3986, appendix A. Brackets in queries and number
// signs in fragments are beyond it.
const (
	unreserved    = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~"
	subDelims     = "!$&'()*+,;="
	pathChars     = unreserved + subDelims + ":@"
	queryChars    = pathChars + "/?[]"
	fragmentChars = pathChars + "/?#"

	keptInPath  = ":@"
	keptInQuery = ":@/?"
)

// encode percent-encodes all of s but unreserved characters and those in keep.
func encode(s, keep string) string {
	var b strings.Builder
	for i := range len(s) {
		if c := s[i]; strings.IndexByte(unreserved, c) >= 0 || strings.IndexByte(keep, c) >= 0 {
			b.WriteByte(c)
		} else {
			fmt.Fprintf(&b, "%%%02X", c)
		}
	}
	return b.String()
}

// encodeOnly percent-encodes the characters in set and no others.
func encodeOnly(s, set string) string {
	var b strings.Builder
	for i := range len(s) {
		if strings.IndexByte(set, s[i]) >= 0 {
			fmt.Fprintf(&b, "%%%02X", s[i])
		} else {
			b.WriteByte(s[i])
		}
	}
	return b.String()
}

// decode resolves percent-encodings. It is false where one is not of two
// hexadecimal digits.
func decode(s string) (string, bool) {
	if !strings.Contains(s, "%") {
		return s, true
	}
	b := make([]byte, 0, len(s))
	for i := 0; i < len(s); i++ {
		if s[i] != '%' {
			b = append(b, s[i])
			continue
		}
		if i+2 >= len(s) || !isHex(s[i+1]) || !isHex(s[i+2]) {
			return "", false
		}
		b = append(b, unhex(s[i+1])<<4|unhex(s[i+2]))
		i += 2
	}
	return string(b), true
}

func isHex(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func unhex(c byte) byte {
	switch {
	case c <= '9':
		return c - '0'
	case c <= 'F':
		return c - 'A' + 10
	}
	return c - 'a' + 10
}

// stray is the index of the first byte of s that is neither in set nor of a
// percent-encoding; -1 if there is none.
func stray(s, set string) int {
	for i := 0; i < len(s); i++ {
		switch {
		case s[i] == '%' && i+2 < len(s) && isHex(s[i+1]) && isHex(s[i+2]):
			i += 2
		case s[i] == '%' || strings.IndexByte(set, s[i]) < 0:
			return i
		}
	}
	return -1
}
