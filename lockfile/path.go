package lockfile

import (
	"strconv"
	"strings"
	"unicode"
)

// member is the path, as messages show it, of an object's attribute: the
// object lies at path, which is empty at the top.
func member(path, key string) string { return string(appendMember([]byte(path), key)) }

// element is the path of a list's element.
func element(path string, i int) string { return string(appendElement([]byte(path), i)) }

func appendMember(path []byte, key string) []byte {
	if len(path) > 0 {
		path = append(path, '.')
	}
	return append(path, plain(key)...)
}

func appendElement(path []byte, i int) []byte {
	return append(strconv.AppendInt(append(path, '['), int64(i), 10), ']')
}

// plain is a name from a lock as messages show it: in quotes where it could
// upset a terminal or be misread.
func plain(name string) string {
	odd := func(r rune) bool { return !unicode.IsPrint(r) || r == ' ' || r == '"' }
	if name == "" || strings.ContainsFunc(name, odd) {
		return strconv.Quote(name)
	}
	return name
}

// shown is an input path as Nix writes it in messages and follows attributes.
func shown(path []string) string {
	names := make([]string, len(path))
	for i, name := range path {
		names[i] = plain(name)
	}
	return "'" + strings.Join(names, "/") + "'"
}
