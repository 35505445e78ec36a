package env

import (
	"maps"
	"slices"
	"strings"
)

// A Layer is a snapshot in its place: what is put on an environment, and what a
// [Renderer] turns into shell text.
type Layer struct {
	Snapshot
	// Key is Snapshot.Key(), computed once.
	Key string
	// Bin is the directory with the commands of Scripts; empty without them.
	Bin string
}

// A Setting is one variable with the value that a layer gives it.
type Setting struct{ Name, Value string }

// A Prefix is one PATH-like variable with the elements that a layer puts in
// front, in order of precedence.
type Prefix struct {
	Name     string
	Elements []string
}

// Settings returns the variables that the layer sets, sorted by name.
func (l Layer) Settings() []Setting {
	all := make([]Setting, 0, len(l.Set))
	for _, name := range slices.Sorted(maps.Keys(l.Set)) {
		all = append(all, Setting{name, l.Set[name]})
	}
	return all
}

// Unsets returns the variables that the layer removes, sorted.
func (l Layer) Unsets() []string { return sorted(l.Unset) }

// Prefixes returns the PATH-like variables that the layer extends, sorted by
// name, each with at least one element. Bin comes first in PATH.
func (l Layer) Prefixes() []Prefix {
	all := make([]Prefix, 0, len(l.Prepend)+1)
	for _, name := range slices.Sorted(maps.Keys(l.Prepend)) {
		if elements := l.Prepend[name]; len(elements) > 0 {
			all = append(all, Prefix{name, slices.Clone(elements)})
		}
	}
	if l.Bin == "" {
		return all
	}
	i, found := slices.BinarySearchFunc(all, "PATH", func(p Prefix, name string) int {
		return strings.Compare(p.Name, name)
	})
	if !found {
		return slices.Insert(all, i, Prefix{"PATH", []string{l.Bin}})
	}
	all[i].Elements = slices.Insert(all[i].Elements, 0, l.Bin)
	return all
}
