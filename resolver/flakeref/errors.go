package flakeref

import (
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
)

// An Error says what is wrong with a reference.
type Error struct {
	Ref     string // as it was given, shortened, without passwords
	At      int    // the byte of Ref that it is about; -1 for no place in particular
	Problem string
	hint    string
}

func (e *Error) Error() string {
	at := ""
	if e.At >= 0 {
		at = fmt.Sprintf(" at %d", e.At+1)
	}
	return fmt.Sprintf("flake reference %s%s: %s", strconv.Quote(e.Ref), at, e.Problem)
}

// Hint returns what to do next.
func (e *Error) Hint() string {
	if e.hint != "" {
		return e.hint
	}
	return "references look like ./dir, github:owner/repo/branch, git+https://host/repo?ref=branch, https://host/archive.tar.gz, or nixpkgs"
}

// next sets the hint.
func (e *Error) next(hint string) *Error {
	e.hint = hint
	return e
}

func refError(ref string, format string, args ...any) *Error {
	return &Error{Ref: shown(ref), At: -1, Problem: fmt.Sprintf(format, args...)}
}

func attrsError(attrs Attrs, format string, args ...any) *Error {
	return &Error{Ref: showAttrs(attrs), At: -1, Problem: fmt.Sprintf(format, args...)}
}

// showAttrs writes attributes for people: type first, then by name.
func showAttrs(attrs Attrs) string {
	var b strings.Builder
	fmt.Fprint(&b, attrs["type"], ":")
	separator := ""
	for _, name := range sortedKeys(attrs) {
		if name == "type" {
			continue
		}
		v := attrs[name]
		if s, ok := v.(string); ok {
			v = Redact(s)
		}
		fmt.Fprintf(&b, "%s%s=%v", separator, name, v)
		separator = "&"
	}
	return shown(b.String())
}

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// shown is a text as errors repeat it: not endlessly, and without a password.
func shown(s string) string {
	const most = 300
	s = Redact(s)
	if len(s) > most {
		s = s[:most] + "…"
	}
	return s
}

// Redact takes the password out of every URL in a text:
// "https://me:secret@host/" is "https://me@host/".
func Redact(s string) string {
	var b strings.Builder
	for {
		before, rest, ok := strings.Cut(s, "://")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString("://")
		end := strings.IndexAny(rest, "/?# \t\r\n'\"")
		if end < 0 {
			end = len(rest)
		}
		authority := rest[:end]
		if at := strings.LastIndexByte(authority, '@'); at >= 0 {
			user, _, _ := strings.Cut(authority[:at], ":")
			authority = user + authority[at:]
		}
		b.WriteString(authority)
		s = rest[end:]
	}
}
