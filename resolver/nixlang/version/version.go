// Package version is how Nix reads version numbers and package names: the
// language's compareVersions, splitVersion and parseDrvName.
//
// A version is a list of components. A component is a run of digits or a run of
// other characters; dots and dashes separate components and belong to none.
package version

import (
	"math"
	"strconv"
	"strings"
)

// Next returns the first component of version and what follows it. It is empty
// if there is none.
func Next(version string) (component, rest string) {
	version = strings.TrimLeft(version, ".-")
	if version == "" {
		return "", ""
	}
	end := 1
	for end < len(version) && !isSeparator(version[end]) && isDigit(version[end]) == isDigit(version[0]) {
		end++
	}
	return version[:end], version[end:]
}

// Split returns the components of version.
func Split(version string) []string {
	var components []string
	for component, rest := Next(version); component != ""; component, rest = Next(rest) {
		components = append(components, component)
	}
	return components
}

// Compare returns -1 if a is older than b, 1 if it is newer, and otherwise 0.
// Numbers are newer than letters, letters newer than nothing, and "pre" is older
// than all of them.
func Compare(a, b string) int {
	for a != "" || b != "" {
		var x, y string
		x, a = Next(a)
		y, b = Next(b)
		switch {
		case older(x, y):
			return -1
		case older(y, x):
			return 1
		}
	}
	return 0
}

// older compares components; "" is that of a version which has ended.
func older(x, y string) bool {
	m, xIsNumber := number(x)
	n, yIsNumber := number(y)
	switch {
	case xIsNumber && yIsNumber:
		return m < n
	case x == "" && yIsNumber:
		return true
	case x == "pre" && y != "pre":
		return true
	case y == "pre":
		return false
	case yIsNumber:
		return true
	case xIsNumber:
		return false
	}
	return x < y
}

// number returns the value of a component of digits. One that does not fit 32
// bits counts as text.
func number(component string) (int, bool) {
	n, err := strconv.ParseUint(component, 10, 64)
	return int(n), err == nil && n <= math.MaxInt32
}

// ParseName divides a package's full name at the first dash that no letter
// follows: "a-b-1.0" is "a-b" of version "1.0".
func ParseName(full string) (name, version string) {
	for i := range max(0, len(full)-1) {
		if full[i] == '-' && !isLetter(full[i+1]) {
			return full[:i], full[i+1:]
		}
	}
	return full, ""
}

func isSeparator(c byte) bool { return c == '.' || c == '-' }
func isDigit(c byte) bool     { return '0' <= c && c <= '9' }
func isLetter(c byte) bool    { return 'a' <= c|0x20 && c|0x20 <= 'z' }
