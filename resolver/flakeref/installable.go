package flakeref

import (
	"slices"
	"strconv"
	"strings"

	"devenv/store/storepath"
)

// An Installable is what a command works on: something that a flake has.
type Installable struct {
	Ref Ref
	// Attr is what the text names after the number sign, elements decoded and
	// unquoted; empty for the default. With Exact it stands for itself and not
	// for something below packages or devShells.
	Attr    []string
	Exact   bool // the fragment began with a dot
	Outputs Outputs
}

// Outputs are the outputs that are chosen of a derivation. The zero value is
// the derivation's own choice.
type Outputs struct {
	All   bool     // "^*"
	Names []string // "^out,dev": sorted, each once
}

// ParseInstallable reads REFERENCE#ATTRIBUTE.PATH^OUTPUT,OUTPUT, of which all
// after the reference may be missing. Elements of the attribute path may stand
// in double quotes. A missing reference is that of the current directory: "."
// of Base.
func ParseInstallable(text string, o Options) (Installable, error) {
	rest, outputs, err := cutOutputs(text)
	if err != nil {
		return Installable{}, err
	}
	ref, fragment, err := parse(rest, o)
	if err != nil {
		return Installable{}, err
	}
	i := Installable{Ref: ref, Outputs: outputs}
	if strings.HasPrefix(fragment, ".") {
		i.Exact = true
		fragment = fragment[1:]
	}
	i.Attr, err = ParseAttrPath(fragment)
	return i, inText(text, err)
}

// cutOutputs takes what follows the last caret off text.
func cutOutputs(text string) (string, Outputs, error) {
	i := strings.LastIndexByte(text, '^')
	if i < 0 {
		return text, Outputs{}, nil
	}
	list := text[i+1:]
	if list == "*" {
		return text[:i], Outputs{All: true}, nil
	}
	names := strings.Split(list, ",")
	for _, name := range names {
		if storepath.CheckName(name) != nil {
			return "", Outputs{}, &Error{Ref: shown(text), At: i, Problem: "after the ^ stand names of outputs, which " + strconv.Quote(shown(name)) + " is not", hint: "write ^out, ^dev,doc or ^* for all"}
		}
	}
	slices.Sort(names)
	return text[:i], Outputs{Names: slices.Compact(names)}, nil
}

// ParseAttrPath reads an attribute path as commands take it: elements between
// dots; in double quotes a dot is itself. It knows no escapes. An empty element
// at the end does not count.
func ParseAttrPath(s string) ([]string, error) {
	var attrs []string
	var element strings.Builder
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '.':
			attrs = append(attrs, element.String())
			element.Reset()
		case '"':
			end := strings.IndexByte(s[i+1:], '"')
			if end < 0 {
				return nil, refError(s, "a quote in the attribute path does not end").next(`write: '#packages."name.with.dots"'`)
			}
			element.WriteString(s[i+1 : i+1+end])
			i += end + 1
		default:
			element.WriteByte(s[i])
		}
	}
	if element.Len() > 0 {
		attrs = append(attrs, element.String())
	}
	return attrs, nil
}
