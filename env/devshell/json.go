package devshell

import (
	"maps"
	"slices"
	"unicode/utf8"
)

// Document is a shell in the form in which "nix print-dev-env --json" prints it.
type Document struct {
	Functions  map[string]string         `json:"bashFunctions"`
	Attributes *documentAttributes       `json:"structuredAttrs,omitempty"`
	Variables  map[string]documentMember `json:"variables"`
}

type documentMember struct {
	Kind  Kind `json:"type"`
	Value any  `json:"value"`
}

type documentAttributes struct {
	JSON string `json:".attrs.json"`
	Sh   string `json:".attrs.sh"`
}

// JSON returns the shell in Nix's form. JSON has no bytes: it is an error if
// something is not UTF-8.
func (s *Shell) JSON() (*Document, error) {
	d := &Document{Functions: s.Functions, Variables: make(map[string]documentMember, len(s.Variables))}
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		v := s.Variables[name]
		if !v.isText() {
			return nil, notText("the variable " + name)
		}
		d.Variables[name] = documentMember{v.Kind, v.value()}
	}
	for _, name := range slices.Sorted(maps.Keys(s.Functions)) {
		if !utf8.ValidString(name) || !utf8.ValidString(s.Functions[name]) {
			return nil, notText("the function " + name)
		}
	}
	if a := s.Attributes; a != nil {
		if !utf8.ValidString(a.JSON) || !utf8.ValidString(a.Sh) {
			return nil, notText("the structured attributes")
		}
		d.Attributes = &documentAttributes{a.JSON, a.Sh}
	}
	return d, nil
}

// value is what counts of v by its kind.
func (v *Variable) value() any {
	switch v.Kind {
	case Array:
		return v.List
	case Associative:
		return v.Table
	}
	return v.Value
}

// isText reports whether all of v is UTF-8.
func (v *Variable) isText() bool {
	ok := utf8.ValidString(v.Value)
	for _, s := range v.List {
		ok = ok && utf8.ValidString(s)
	}
	for key, s := range v.Table {
		ok = ok && utf8.ValidString(key) && utf8.ValidString(s)
	}
	return ok
}

// notTextError says what JSON cannot hold.
type notTextError struct{ what string }

func notText(what string) error { return &notTextError{what} }

func (e *notTextError) Error() string {
	return e.what + " is not UTF-8, and JSON can hold nothing else"
}

// Hint returns what to do instead.
func (e *notTextError) Hint() string { return "Without --json it is printed as it is" }
