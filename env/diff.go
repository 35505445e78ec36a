package env

import (
	"slices"
	"strings"
)

// An Op is what happens to a variable.
type Op string

// What can happen to a variable. The text is the sign that people see.
const (
	Add     Op = "+" // it was not there
	Replace Op = "~" // it had another value
	Remove  Op = "-" // it was there
	Prepend Op = "^" // Elements go in front
)

// A Change is one variable that entering a layer changes.
type Change struct {
	Name     string   `json:"name"`
	Op       Op       `json:"op"`
	Old      string   `json:"old,omitempty"`      // Replace, Remove, Prepend
	New      string   `json:"new,omitempty"`      // Add, Replace
	Elements []string `json:"elements,omitempty"` // Prepend
}

// Diff returns what putting the layer on entries would change, sorted by name.
// Variables that already are as the layer wants them are left out.
func Diff(entries []string, l Layer) []Change {
	e := environ(entries)
	var changes []Change
	for _, s := range l.Settings() {
		old, set := e.lookup(s.Name)
		switch {
		case !set:
			changes = append(changes, Change{Name: s.Name, Op: Add, New: s.Value})
		case old != s.Value:
			changes = append(changes, Change{Name: s.Name, Op: Replace, Old: old, New: s.Value})
		}
	}
	for _, name := range l.Unsets() {
		if old, set := e.lookup(name); set {
			changes = append(changes, Change{Name: name, Op: Remove, Old: old})
		}
	}
	for _, p := range l.Prefixes() {
		old, _ := e.lookup(p.Name)
		changes = append(changes, Change{Name: p.Name, Op: Prepend, Old: old, Elements: p.Elements})
	}
	slices.SortStableFunc(changes, func(a, b Change) int { return strings.Compare(a.Name, b.Name) })
	return changes
}

// Brief is the changes on one line, without values: "+API_URL ^PATH -OLD".
func Brief(changes []Change) string {
	words := make([]string, len(changes))
	for i, c := range changes {
		words[i] = string(c.Op) + c.Name
	}
	return strings.Join(words, " ")
}
