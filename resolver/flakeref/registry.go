package flakeref

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"slices"
)

// registryVersion is the version of the format of registry.json.
const registryVersion = 2

// A Registry says what references stand for: the content of a registry.json.
type Registry struct {
	Entries []Entry
}

// An Entry maps From to To. Unless it is Exact it also maps references that are
// From but for a branch or a revision, which To then gets.
type Entry struct {
	From, To Ref
	Exact    bool
}

// ParseRegistry reads a registry.json of version 2. name is the file's, for errors.
func ParseRegistry(data []byte, name string) (*Registry, error) {
	var file struct {
		Version int `json:"version"`
		Flakes  []struct {
			From, To json.RawMessage
			Exact    bool
		} `json:"flakes"`
	}
	if err := json.Unmarshal(data, &file); err != nil {
		return nil, registryError(name, "it is not JSON of a registry: %v", err)
	}
	if file.Version != registryVersion {
		return nil, registryError(name, "it is of version %d; known is %d", file.Version, registryVersion)
	}
	r := &Registry{}
	for i, flake := range file.Flakes {
		from, err := refFromJSON(flake.From)
		if err != nil {
			return nil, registryError(name, "flakes[%d].from: %v", i, err)
		}
		to, err := refFromJSON(flake.To)
		if err != nil {
			return nil, registryError(name, "flakes[%d].to: %v", i, err)
		}
		r.Entries = append(r.Entries, Entry{From: from, To: to, Exact: flake.Exact})
	}
	return r, nil
}

func refFromJSON(data []byte) (Ref, error) {
	if len(data) == 0 {
		return Ref{}, fmt.Errorf("it is missing")
	}
	var attrs Attrs
	if err := json.Unmarshal(data, &attrs); err != nil {
		return Ref{}, err
	}
	for name, v := range attrs {
		if n, ok := v.(float64); ok {
			if n != math.Trunc(n) || n < 0 || n > 1<<53 {
				return Ref{}, fmt.Errorf("the attribute %q is %v", name, n)
			}
			attrs[name] = int64(n)
		}
	}
	return FromAttrs(attrs)
}

func registryError(name, format string, args ...any) error {
	return &RegistryError{File: name, Problem: fmt.Sprintf(format, args...)}
}

// A RegistryError is a registry.json that cannot be used.
type RegistryError struct{ File, Problem string }

func (e *RegistryError) Error() string { return "flake registry " + e.File + ": " + e.Problem }

// Hint says what to do about it.
func (e *RegistryError) Hint() string { return "correct the file, or move it away: " + e.File }

// Bytes prints the registry as Nix does, without a newline at the end.
func (r *Registry) Bytes() ([]byte, error) {
	type flake struct {
		Exact bool  `json:"exact,omitempty"`
		From  Attrs `json:"from"`
		To    Attrs `json:"to"`
	}
	file := struct {
		Flakes  []flake `json:"flakes"`
		Version int     `json:"version"`
	}{Version: registryVersion}
	for _, e := range r.Entries {
		file.Flakes = append(file.Flakes, flake{e.Exact, e.From.Attrs(), e.To.Attrs()})
	}
	var b bytes.Buffer
	out := json.NewEncoder(&b)
	out.SetEscapeHTML(false)
	out.SetIndent("", "  ")
	if err := out.Encode(file); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
}

// Remove takes out the entries for from, and reports how many there were.
func (r *Registry) Remove(from Ref) int {
	before := len(r.Entries)
	r.Entries = slices.DeleteFunc(r.Entries, func(e Entry) bool { return e.From.Equal(from) })
	return before - len(r.Entries)
}

// Set makes to what from stands for, in place of what it was before.
func (r *Registry) Set(from, to Ref) {
	r.Remove(from)
	r.Entries = append(r.Entries, Entry{From: from, To: to})
}
