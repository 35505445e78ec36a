package versionfile

import (
	"errors"
	"fmt"
	"go/version"
	"strings"

	"golang.org/x/mod/modfile"

	"devenv/resolver/source"
)

// readGoMod reads the toolchain line where it names a release newer than the go
// line, as the go command does, and else the go line: a soft minimum within its
// minor version ("go 1.24.3": the newest 1.24 that is at least 1.24.3).
func readGoMod(r *reader) error {
	mod, err := modfile.ParseLax(r.path, r.data, nil)
	if err != nil {
		return r.modError(err)
	}
	var minimum string
	if mod.Go != nil {
		minimum = mod.Go.Version
	}
	if line := directive(mod, "toolchain"); line != nil && len(line.Token) == 2 {
		name := line.Token[1]
		at := r.tokenIn(line, name)
		switch {
		case name == "default":
		case !version.IsValid(name) || strings.Contains(name, "-"):
			r.note(at, fmt.Sprintf("%s is not one of Go's own releases: the go line is used", name))
		case minimum != "" && version.Compare(name, "go"+minimum) <= 0:
		default:
			r.add(at, "go", strings.TrimPrefix(name, "go"), "toolchain", false)
		}
	}
	if mod.Go != nil {
		r.add(r.tokenIn(mod.Go.Syntax, minimum), "go", minimumOf(minimum), "go", true)
	}
	return nil
}

// minimumOf is the constraint for the newest release of v's minor version that
// is at least v.
func minimumOf(v string) string { return "go " + v }

// directive is the line of the file that starts with verb, or nil. Lax parsing
// keeps a toolchain line only in the syntax.
func directive(mod *modfile.File, verb string) *modfile.Line {
	for _, stmt := range mod.Syntax.Stmt {
		if line, ok := stmt.(*modfile.Line); ok && len(line.Token) > 0 && line.Token[0] == verb {
			return line
		}
	}
	return nil
}

// tokenIn is where the last token of a directive stands.
func (r *reader) tokenIn(line *modfile.Line, token string) span {
	text := r.data[line.Start.Byte:line.End.Byte]
	if i := strings.LastIndex(string(text), token); i >= 0 {
		return span{line.Start.Byte + i, line.Start.Byte + i + len(token)}
	}
	return span{line.Start.Byte, line.End.Byte}
}

// modError is modfile's first complaint as ours.
func (r *reader) modError(err error) error {
	var list modfile.ErrorList
	if !errors.As(err, &list) || len(list) == 0 {
		return r.errorf(span{}, "%v", err)
	}
	first := list[0]
	e := r.errorf(span{}, "%v", first.Err)
	for i, line := range r.lines() {
		if i+1 == first.Pos.Line {
			e = r.errorf(line, "%v", first.Err)
		}
	}
	e.At = source.Position{File: r.path, Line: first.Pos.Line, Column: max(1, first.Pos.LineRune)}
	return e.Fixed("go mod edit -fmt shows what the go command makes of it")
}
