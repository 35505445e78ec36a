package flake

import (
	"slices"
	"strings"

	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/source"
	"devenv/store/storepath"
)

// A Declaration is what a flake.nix says of itself before anything is
// evaluated.
type Declaration struct {
	Description *string
	Inputs      map[string]*Input
	// Self are attributes of the flake's own tree: submodules, lfs.
	Self flakeref.Attrs
	// Config are the settings of nixConfig: string, int64, bool, []string, or a
	// ConfigPath.
	Config map[string]any
}

// A ConfigPath is a file of the flake's tree that a setting speaks of; slash
// separated, relative to the flake's directory.
type ConfigPath string

// An Input is what is said of one input.
type Input struct {
	Ref     flakeref.Ref // zero where nothing is said
	Source  bool         // flake = false: a tree whose flake.nix does not matter
	Follows InputPath    // from the root of the lock; nil: it follows nothing
	Inputs  map[string]*Input
	Place   eval.Place // where it is declared

	// argument is whether it is declared only by being an argument of outputs.
	argument bool
}

// A reader reads flake.nix files. It evaluates nothing that has to be computed.
type reader struct{ ev *eval.Evaluator }

// nowhere is a Host of evaluations that never ask for anything.
type nowhere struct{ eval.Host }

func (nowhere) StoreDir() string       { return string(storepath.Default) }
func (nowhere) Setting(string, string) {}

func newReader() *reader { return &reader{eval.New(eval.Options{Host: nowhere{}})} }

// treeRoot stands for the root of a flake's tree while it is read: path
// literals come out below it.
const treeRoot = "/.flake-tree"

// attributes are what a flake.nix may have.
var attributes = [...]string{"description", "inputs", "outputs", "nixConfig"}

// file is a flake.nix that is being read.
type file struct {
	*reader
	name string // for messages
	dir  string // its directory within the tree, slash-separated; "" is the root
	root InputPath
}

// read reads a flake.nix. name is what messages call it; dir is its directory
// within its tree; root is the path of the input that the flake is, which what
// its inputs follow begins with.
func (r *reader) read(name, text, dir string, root InputPath) (*Declaration, error) {
	f := &file{reader: r, name: name, dir: dir, root: root}
	v, err := r.ev.Expr(name, text, treeDir(dir))
	if err != nil {
		return nil, err
	}
	if !r.ev.WrittenSet(v) {
		at := r.ev.SourcePlace(v)
		if at.File == "" {
			at = eval.Place{File: name, Line: 1, Column: 1, Text: firstLine(text)}
		}
		return nil, mistake(at, "let it begin with { and define outputs: { outputs = { self }: { }; }", "a flake.nix must be a set that is written down, not an expression that computes one")
	}
	if err := r.ev.Force(v); err != nil {
		return nil, err
	}
	return f.declaration(v)
}

func treeDir(dir string) string {
	if dir == "" {
		return treeRoot
	}
	return treeRoot + "/" + dir
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return strings.TrimRight(line, "\r")
}

func (f *file) declaration(v *eval.Value) (*Declaration, error) {
	d := &Declaration{Inputs: map[string]*Input{}}
	steps := []struct {
		name string
		read func(v *eval.Value, at eval.Place) error
	}{
		{"description", func(v *eval.Value, at eval.Place) error {
			text, err := f.text(v, at, `description = "what this is";`)
			d.Description = &text
			return err
		}},
		{"inputs", func(v *eval.Value, at eval.Place) (err error) {
			d.Inputs, d.Self, err = f.inputs(v, at, true)
			return err
		}},
		{"outputs", func(v *eval.Value, at eval.Place) error { return f.outputs(d, v, at) }},
		{"nixConfig", func(v *eval.Value, at eval.Place) (err error) {
			d.Config, err = f.config(v, at)
			return err
		}},
	}
	for _, step := range steps {
		attr, at, err := f.attr(v, step.name)
		switch {
		case err != nil:
			return nil, err
		case attr == nil && step.name == "outputs":
			at := f.ev.SourcePlace(v)
			if at.File == "" {
				at = eval.Place{File: f.name, Line: 1, Column: 1}
			}
			return nil, mistake(at, "add: outputs = { self }: { };", "the flake has no outputs")
		case attr == nil:
			continue
		}
		if err := step.read(attr, at); err != nil {
			return nil, err
		}
	}
	return d, f.onlyKnown(v)
}

// onlyKnown refuses attributes that mean nothing.
func (f *file) onlyKnown(v *eval.Value) error {
	names, err := f.ev.AttrNames(v)
	if err != nil {
		return err
	}
	for _, name := range names {
		if slices.Contains(attributes[:], name) {
			continue
		}
		at, err := f.ev.AttrPlace(v, name)
		if err != nil {
			return err
		}
		next := "a flake.nix has description, inputs, outputs and nixConfig; all else belongs into outputs"
		if near := source.Nearest(name, attributes[:]); near != "" {
			next = "is " + near + " meant?"
		}
		return mistake(at, next, "flakes have no attribute '%s'", name)
	}
	return nil
}

// outputs takes the arguments of outputs, which are inputs even if nothing else
// is said of them.
func (f *file) outputs(d *Declaration, v *eval.Value, at eval.Place) error {
	ok, err := f.ev.ForceLiteral(v)
	if err != nil {
		return err
	}
	kind := "an expression that has to be computed"
	if ok {
		if kind, err = f.ev.Type(v); err != nil {
			return err
		}
	}
	if kind != "lambda" {
		return mistake(at, "write: outputs = { self }: { };", "outputs must be a function that is written down, and is %s", article(kind))
	}
	formals, _, err := f.ev.Formals(v)
	if err != nil {
		return err
	}
	for _, formal := range formals {
		if formal.Name == "self" || d.Inputs[formal.Name] != nil {
			continue
		}
		ref, err := flakeref.FromAttrs(flakeref.Attrs{"type": "indirect", "id": formal.Name})
		if err != nil {
			return mistake(formal.Place, "rename it", "the argument %s of outputs cannot be an input: %v", formal.Name, err)
		}
		d.Inputs[formal.Name] = &Input{Ref: ref, Place: formal.Place, argument: true}
	}
	return nil
}

// attr is an attribute of a set and where it is defined; nil without one.
func (f *file) attr(v *eval.Value, name string) (*eval.Value, eval.Place, error) {
	attr, err := f.ev.Attr(v, name)
	if attr == nil || err != nil {
		return nil, eval.Place{}, err
	}
	at, err := f.ev.AttrPlace(v, name)
	return attr, at, err
}

// literal evaluates a value that must be written down and be of a type. example
// is a line that would be right.
func (f *file) literal(v *eval.Value, at eval.Place, want, example string) error {
	ok, err := f.ev.ForceLiteral(v)
	if err != nil {
		return err
	}
	if !ok {
		return mistake(at, "write it down: "+example, "this is read before anything is evaluated, and must not be computed")
	}
	kind, err := f.ev.Type(v)
	if err == nil && kind != want {
		err = mistake(at, "write: "+example, "this must be %s, and is %s", article(want), article(kind))
	}
	return err
}

// article puts an article before the name of a type.
func article(kind string) string {
	switch kind {
	case "null":
		return kind
	case "lambda":
		return "a function"
	case "bool":
		return "a Boolean"
	case "int":
		return "an integer"
	}
	if strings.HasPrefix(kind, "an ") {
		return kind
	}
	return "a " + kind
}

func (f *file) text(v *eval.Value, at eval.Place, example string) (string, error) {
	if err := f.literal(v, at, "string", example); err != nil {
		return "", err
	}
	text, _, err := f.ev.ToString(v)
	return text, err
}

func (f *file) flag(v *eval.Value, at eval.Place, example string) (bool, error) {
	if err := f.literal(v, at, "bool", example); err != nil {
		return false, err
	}
	return f.ev.ToBool(v)
}
