package flake

import (
	"fmt"
	"slices"
	"strings"
)

// An InputPath names an input of an input …, from a flake's own inputs on: the
// elements of "home-manager/nixpkgs". The empty path is the flake itself.
type InputPath []string

// ParseInputPath reads elements between slashes. Empty elements do not count.
func ParseInputPath(text string) (InputPath, error) {
	path := InputPath{}
	for element := range strings.SplitSeq(text, "/") {
		switch {
		case element == "":
		case !isID(element):
			return nil, &Error{
				Fact: fmt.Sprintf("%q cannot be the name of an input, in the path %q", element, text),
				Next: "names of inputs begin with a letter and go on with letters, digits, _ and -",
			}
		default:
			path = append(path, element)
		}
	}
	return path, nil
}

// isID reports whether s may be the name of an input.
func isID(s string) bool {
	for i := range len(s) {
		c := s[i]
		letter := 'a' <= c|0x20 && c|0x20 <= 'z'
		if !letter && (i == 0 || !('0' <= c && c <= '9' || c == '_' || c == '-')) {
			return false
		}
	}
	return s != ""
}

// String is the path as people write it.
func (p InputPath) String() string { return strings.Join(p, "/") }

// Child is the path of an input of p.
func (p InputPath) Child(name string) InputPath {
	return append(slices.Clip(slices.Clone(p)), name)
}

// isBelow reports whether p is a path of an input of base, however far down.
func (p InputPath) isBelow(base InputPath) bool {
	return len(p) > len(base) && slices.Equal(p[:len(base)], base)
}
