package unpack

import (
	"path"
	"strings"
)

const (
	maxElement = 255  // NAME_MAX
	maxName    = 4096 // PATH_MAX
)

// checkName reports what is wrong with a name that an archive gives; "" when
// nothing is.
func checkName(name string) string {
	switch {
	case name == "":
		return "has an empty name"
	case strings.ContainsRune(name, 0):
		return "has a NUL byte in its name"
	case strings.HasPrefix(name, "/"):
		return "has an absolute name"
	case len(name) > maxName:
		return "has a name of more than 4096 bytes"
	}
	for element := range strings.SplitSeq(name, "/") {
		if element == ".." {
			return "has .. in its name"
		}
		if len(element) > maxElement {
			return "has a name element of more than 255 bytes"
		}
	}
	return ""
}

// place turns a name of the archive into one of the tree. ok is false for
// entries that are left out.
func (o *Options) place(name string) (placed string, ok bool, err error) {
	if fact := checkName(name); fact != "" {
		return "", false, &EntryError{Name: name, Fact: fact}
	}
	placed = path.Clean(name)
	for range o.Strip {
		_, placed, ok = strings.Cut(placed, "/")
		if !ok {
			return "", false, nil
		}
	}
	if placed == "." {
		return "", false, nil
	}
	if o.Rename != nil {
		if placed, ok = o.Rename(placed); !ok {
			return "", false, nil
		}
		if fact := checkName(placed); fact != "" {
			return "", false, &EntryError{Name: name, Fact: "is renamed to " + placed + ", which " + fact}
		}
		placed = path.Clean(placed)
	}
	return placed, placed != ".", nil
}
