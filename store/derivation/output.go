package derivation

import (
	"errors"
	"fmt"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Kind is how the path of an output comes to be known.
type Kind uint8

const (
	// InputAddressed outputs have paths that hash the recipe.
	InputAddressed Kind = iota
	// Deferred outputs will be input-addressed once the paths are known of
	// inputs that only their builds tell.
	Deferred
	// Fixed outputs have content that is known beforehand, as downloads do.
	Fixed
	// Floating outputs are addressed by whatever content the build makes.
	Floating
	// Impure outputs are like floating ones of builds that are never reused.
	Impure
)

// String returns the name of k in prose.
func (k Kind) String() string {
	return [...]string{"input-addressed", "deferred", "fixed", "floating", "impure"}[k]
}

// Output is one of the things that a derivation makes.
type Output struct {
	Name string
	Kind Kind

	// Path is set if the output is InputAddressed, and not used otherwise: a
	// fixed output's path is its FixedPath.
	Path storepath.Path

	// Method and Algo say how the content of a fixed, floating or impure output
	// is hashed. Hash is that of a fixed one, whose Algo is the hash's own.
	Method storepath.Method
	Algo   nixhash.Algo
	Hash   nixhash.Hash
}

// FixedOutput returns the output "out" whose content has a known hash.
func FixedOutput(m storepath.Method, h nixhash.Hash) Output {
	return Output{Name: "out", Kind: Fixed, Method: m, Algo: h.Algo(), Hash: h}
}

// FixedPath returns the path of the fixed output of a derivation called
// drvName.
func (o *Output) FixedPath(dir storepath.Dir, drvName string) (storepath.Path, error) {
	return dir.FixedOutput(OutputName(drvName, o.Name), o.Method, o.Hash)
}

// KnownPath returns the path of o if it is known before a build: that of a
// fixed or an input-addressed output, and otherwise a zero path.
func (o *Output) KnownPath(dir storepath.Dir, drvName string) (storepath.Path, error) {
	switch o.Kind {
	case InputAddressed:
		return o.Path, nil
	case Fixed:
		return o.FixedPath(dir, drvName)
	}
	return storepath.Path{}, nil
}

// OutputName returns the name in the path of a derivation's output: drvName,
// followed by a dash and the output unless that is "out".
func OutputName(drvName, output string) string {
	if output == "out" {
		return drvName
	}
	return drvName + "-" + output
}

// Kind returns the kind of d's outputs. It is an error if they have several, if
// there are none, if floating ones are hashed by several algorithms, or if
// there is more to a fixed one than a single "out".
func (d *Derivation) Kind() (Kind, error) {
	if len(d.Outputs) == 0 {
		return 0, errors.New("a derivation must have at least one output")
	}
	first := &d.Outputs[0]
	for i := range d.Outputs {
		o := &d.Outputs[i]
		switch {
		case o.Kind != first.Kind:
			return 0, fmt.Errorf("outputs %q (%s) and %q (%s): a derivation has outputs of one kind only", first.Name, first.Kind, o.Name, o.Kind)
		case o.Kind == Fixed && len(d.Outputs) > 1:
			return 0, errors.New("only one fixed output is allowed")
		case o.Kind == Fixed && o.Name != "out":
			return 0, fmt.Errorf("a fixed output must be called \"out\", not %q", o.Name)
		case o.Kind == Floating && o.Algo != first.Algo:
			return 0, fmt.Errorf("outputs %q and %q: all floating outputs must use the same hash algorithm", first.Name, o.Name)
		}
	}
	return first.Kind, nil
}

// methodAlgo appends how o is hashed, as .drv files have it: "r:sha256".
func (o *Output) methodAlgo(text []byte) []byte {
	text = append(text, methodPrefix[o.Method]...)
	return append(text, o.Algo.String()...)
}

// methodPrefix is what stands before the algorithm in a .drv file.
var methodPrefix = [...]string{storepath.Flat: "", storepath.NAR: "r:", storepath.Git: "git:", storepath.Text: "text:"}
