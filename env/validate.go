package env

import (
	"fmt"
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"
)

// MaxString is the size in bytes, with the name, the equals sign and the final
// NUL, above which Linux refuses one string of an environment or of an argument
// list (MAX_ARG_STRLEN of execve(2)).
const MaxString = 128 << 10

// manyBytes is the size of a layer's variables above which Warnings speaks:
// macOS gives arguments and environment 1 MiB together.
const manyBytes = 256 << 10

// A SnapshotError is a value that no environment can hold.
type SnapshotError struct {
	What string // "variable FOO", "script build"
	Fact string
	Next string // what to do about it; may be empty
}

func (e *SnapshotError) Error() string { return e.What + " " + e.Fact }

// Hint is the next step.
func (e *SnapshotError) Hint() string { return e.Next }

// Validate returns a *[SnapshotError] for the first thing, in the order of
// names, that an environment, a shell or a file name cannot hold.
func (s Snapshot) Validate() error {
	if err := CheckDir(s.Dir); err != nil {
		return err
	}
	used := map[string]string{}
	claim := func(name, by string) error {
		if err := checkName(name); err != nil {
			return err
		}
		if other, twice := used[name]; twice {
			return &SnapshotError{"variable " + name, "is both " + other + " and " + by, "keep one of the two"}
		}
		used[name] = by
		return nil
	}
	for _, name := range slices.Sorted(maps.Keys(s.Set)) {
		if err := claim(name, "set"); err != nil {
			return err
		}
		if err := checkString("variable "+name, s.Set[name], len(name)+1); err != nil {
			return err
		}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Prepend)) {
		if err := claim(name, "prepended to"); err != nil {
			return err
		}
		if err := checkElements(name, s.Prepend[name]); err != nil {
			return err
		}
	}
	for _, name := range sorted(s.Unset) {
		if err := claim(name, "unset"); err != nil {
			return err
		}
	}
	return s.validateCommands()
}

func (s Snapshot) validateCommands() error {
	for _, name := range slices.Sorted(maps.Keys(s.Scripts)) {
		if err := checkScriptName(name); err != nil {
			return err
		}
		if strings.Contains(s.Scripts[name], "\x00") {
			return &SnapshotError{"script " + name, "contains a NUL byte", ""}
		}
	}
	if err := checkString("the hook enter", s.Enter, 0); err != nil {
		return err
	}
	if err := checkString("the hook leave", s.Leave, 0); err != nil {
		return err
	}
	return checkString("the label", s.Label, 0)
}

// Warnings are facts about a valid snapshot that may lead to trouble, one line
// each.
func (s Snapshot) Warnings() []string {
	total, largest := 0, Setting{}
	for _, v := range (Layer{Snapshot: s}).Settings() {
		total += len(v.Name) + len(v.Value) + 2
		if len(v.Value) > len(largest.Value) {
			largest = v
		}
	}
	for _, elements := range s.Prepend {
		total += len(strings.Join(elements, separator))
	}
	if total <= manyBytes {
		return nil
	}
	return []string{fmt.Sprintf("the variables take %d KiB, %s alone %d KiB: programs may refuse to start (\"Argument list too long\")",
		total>>10, largest.Name, len(largest.Value)>>10)}
}

func checkName(name string) error {
	what := "variable " + quoteName(name)
	switch {
	case !isIdentifier(name):
		return &SnapshotError{what, "has a name that shells cannot hold", "use letters, digits and _, and no digit first"}
	case strings.HasPrefix(name, "DEVENV_OLD_"), name == LayersVar, strings.HasPrefix(name, "__devenv_"):
		return &SnapshotError{what, "is devenv's own", "choose another name"}
	case ownedByShell(name):
		return &SnapshotError{what, "belongs to the shell itself", "choose another name"}
	}
	return nil
}

func isIdentifier(name string) bool {
	for i := range len(name) {
		c := name[i]
		letter := c == '_' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
		if !letter && (i == 0 || c < '0' || c > '9') {
			return false
		}
	}
	return name != ""
}

func checkString(what, value string, around int) error {
	if strings.Contains(value, "\x00") {
		return &SnapshotError{what, "contains a NUL byte", "NUL ends a string; encode the value, for example in base64"}
	}
	if size := around + len(value) + 1; size > MaxString {
		return &SnapshotError{what, fmt.Sprintf("has %d bytes, Linux passes at most %d in one string", size, MaxString),
			"write the value to a file and put the file's name into the variable"}
	}
	return nil
}

func checkElements(name string, elements []string) error {
	what := "variable " + name
	hasEmpty := slices.Contains(implied(name), "")
	for _, element := range elements {
		switch {
		case strings.Contains(element, separator):
			return &SnapshotError{what, fmt.Sprintf("has the element %q: a colon separates elements", element), "give the parts as elements of their own, or move the project to a path without a colon"}
		case element == "" && !hasEmpty:
			return &SnapshotError{what, "has an empty element, which means the current directory", "leave it out, or name the directory"}
		}
	}
	return checkString(what, strings.Join(elements, separator), len(name)+1)
}

func checkScriptName(name string) error {
	what := "script " + quoteName(name)
	bad := func(r rune) bool { return r == '/' || unicode.IsSpace(r) || !unicode.IsPrint(r) }
	switch {
	case name == "" || strings.ContainsFunc(name, bad) || !utf8.ValidString(name):
		return &SnapshotError{what, "has a name that is no command's", "use printable characters without spaces and slashes"}
	case name[0] == '-' || name[0] == '.':
		return &SnapshotError{what, fmt.Sprintf("has a name that begins with %q", name[:1]), "begin with a letter"}
	case len(name) > 255:
		return &SnapshotError{what, "has a name longer than 255 bytes", "shorten it"}
	}
	return nil
}

// quoteName shows a name that may be anything: quoted unless it is plain.
func quoteName(name string) string {
	if isIdentifier(name) {
		return name
	}
	return fmt.Sprintf("%q", name)
}

// CheckDir refuses what cannot be a project's directory: a relative or unclean
// path, one with a NUL byte, one with a component "@env" (the state tree uses
// that name, see [Layout.Root]).
func CheckDir(dir string) error {
	fact := ""
	switch {
	case strings.Contains(dir, "\x00"):
		fact = "contains a NUL byte"
	case !filepath.IsAbs(dir):
		fact = "is not absolute"
	case filepath.Clean(dir) != dir:
		fact = "is not in its shortest form"
	case slices.Contains(strings.Split(dir, "/"), rootName):
		return &SnapshotError{fmt.Sprintf("directory %q", dir), "has a component " + rootName + ", a name that devenv keeps for itself", "rename that directory"}
	default:
		return nil
	}
	return &SnapshotError{fmt.Sprintf("directory %q", dir), fact, ""}
}
