package manifest

import "devenv/resolver/source"

// Name is the file name of a manifest.
const Name = "devenv.toml"

// Manifest is what a devenv.toml says, in the file's order.
type Manifest struct {
	Root    bool     // outer projects do not apply
	Read    []string // the version files that count; meaningful if HasRead
	HasRead bool     // false: all version files count, for tools that Tools lacks
	Tools   []Tool
	Env     []Variable
	Scripts []Script
	Hooks   Hooks
	Notes   []Note
}

// Tool is one key of [tools].
type Tool struct {
	Name     string
	Versions []Version // at least one; the first is the default
	At       source.Position
}

// Version is one constraint on a tool, as it is written.
type Version struct {
	Constraint string // never empty
	At         source.Position
	Source     string // the line that At names
}

// Variable is one key of [env]. Exactly one of Unset, Elements and Value counts,
// in this order.
type Variable struct {
	Name     string
	Value    string
	Elements []string // to prepend, first wins; relative ones are meant from the project
	Unset    bool
	At       source.Position
}

// Script is one key of [scripts]: sh text that becomes a command.
type Script struct {
	Name        string
	Run         string
	Description string
	At          source.Position
}

// Hooks are the sh texts that run on entering and on leaving; "" for none.
type Hooks struct {
	Enter string
	Leave string
}

// Note is something to tell that is no mistake.
type Note struct {
	At   source.Position
	Text string
}

// Tool finds a tool by name.
func (m *Manifest) Tool(name string) (Tool, bool) {
	for _, t := range m.Tools {
		if t.Name == name {
			return t, true
		}
	}
	return Tool{}, false
}
