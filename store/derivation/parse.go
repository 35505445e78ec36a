package derivation

import (
	"errors"
	"fmt"
	"slices"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// maxNesting is how deep outputs of outputs of outputs may go.
const maxNesting = 100

// FormatError tells why a text is not that of a .drv file.
type FormatError struct {
	Name   string // of the derivation
	Offset int    // in bytes, of what is wrong
	Reason string
}

// Error says which derivation, where, and what is wrong.
func (e *FormatError) Error() string {
	return fmt.Sprintf("derivation %s%s: at byte %d: %s", e.Name, Extension, e.Offset, e.Reason)
}

// Parse reads the text of the .drv file of the derivation called name, whose
// inputs and outputs are in dir. It accepts what [Derivation.AppendATerm]
// prints and nothing else: an order, a path, an escape or a digit that Nix would
// not have written is a *[FormatError]. Whether the paths of input-addressed
// outputs are right [Hasher.Check] tells.
func Parse(dir storepath.Dir, name, text string) (*Derivation, error) {
	p := &parser{dir: dir, name: name, text: text}
	d, err := p.derivation()
	if err != nil {
		return nil, &FormatError{name, p.at, err.Error()}
	}
	again, err := d.AppendATerm(make([]byte, 0, len(text)), dir)
	if err != nil {
		return nil, &FormatError{name, 0, err.Error()}
	}
	if string(again) != text {
		at := 0
		for at < min(len(again), len(text)) && again[at] == text[at] {
			at++
		}
		return nil, &FormatError{name, at, fmt.Sprintf("it is not written as Nix writes it, with %.60q here", again[at:])}
	}
	return d, nil
}

// parser reads a text from front to back. Its methods fail at p.at.
type parser struct {
	dir  storepath.Dir
	name string
	text string
	at   int
}

func (p *parser) derivation() (*Derivation, error) {
	d := &Derivation{Name: p.name}
	dynamic := false
	if strings.HasPrefix(p.text, "DrvWithVersion(") {
		p.at = len("DrvWithVersion(")
		version, err := p.str()
		if err != nil {
			return nil, err
		}
		if version != dynamicVersion {
			return nil, fmt.Errorf("version %q of the format is not known, only %q", version, dynamicVersion)
		}
		dynamic = true
		if err := p.expect(","); err != nil {
			return nil, err
		}
	} else if err := p.expect("Derive("); err != nil {
		return nil, err
	}
	for _, part := range []func() error{
		func() error { return p.list(func() error { return p.output(d) }) },
		func() error { return p.list(func() error { return p.input(d, dynamic) }) },
		func() (err error) { d.InputSrcs, err = p.paths(); return },
		func() (err error) { d.System, err = p.str(); return },
		func() (err error) { d.Builder, err = p.str(); return },
		func() (err error) { d.Args, err = p.strs(); return },
		func() error { return p.list(func() error { return p.variable(d) }) },
	} {
		if err := part(); err != nil {
			return nil, err
		}
		if p.at < len(p.text) && p.text[p.at] == ',' {
			p.at++
		}
	}
	if err := p.expect(")"); err != nil {
		return nil, err
	}
	if p.at != len(p.text) {
		return nil, errors.New("there is more after its end")
	}
	return d, p.sorted(d)
}

// sorted holds that the lists of d are as [Derivation] has them.
func (p *parser) sorted(d *Derivation) error {
	again := *d
	again.Outputs, again.InputDrvs = slices.Clone(d.Outputs), slices.Clone(d.InputDrvs)
	again.InputSrcs, again.Env = slices.Clone(d.InputSrcs), slices.Clone(d.Env)
	again.Sort()
	if len(again.Outputs) != len(d.Outputs) || len(again.Env) != len(d.Env) {
		return errors.New("an output or an environment variable is there twice")
	}
	*d = again // what differs in order is found when it is printed
	return nil
}

// output reads ("out","path","algo","hash").
func (p *parser) output(d *Derivation) error {
	var fields [4]string
	if err := p.tuple(fields[:]); err != nil {
		return err
	}
	o := Output{Name: fields[0]}
	path, algo, sum := fields[1], fields[2], fields[3]
	if algo == "" {
		if sum != "" {
			return fmt.Errorf("output %q has a hash of no algorithm", o.Name)
		}
		o.Kind = Deferred
		if path != "" {
			var err error
			if o.Path, err = p.dir.Parse(path); err != nil {
				return err
			}
			o.Kind = InputAddressed
		}
		d.Outputs = append(d.Outputs, o)
		return nil
	}
	if err := o.readAlgo(algo); err != nil {
		return err
	}
	switch sum {
	case "":
		o.Kind = Floating
	case "impure":
		o.Kind = Impure
	default:
		h, err := nixhash.ParseAny(sum, o.Algo)
		if err != nil {
			return err
		}
		o.Kind, o.Hash = Fixed, h
	}
	d.Outputs = append(d.Outputs, o)
	return nil
}

// readAlgo reads what [Output.methodAlgo] prints.
func (o *Output) readAlgo(s string) (err error) {
	for _, m := range []storepath.Method{storepath.NAR, storepath.Git, storepath.Text, storepath.Flat} {
		if rest, ok := strings.CutPrefix(s, methodPrefix[m]); ok {
			o.Method = m
			o.Algo, err = nixhash.ParseAlgo(rest)
			return err
		}
	}
	return nil // not reached: every string begins with Flat's prefix
}

// input reads ("path",["out"]) and, if dynamic, ("path",(["out"],[…])).
func (p *parser) input(d *Derivation, dynamic bool) error {
	if err := p.expect("("); err != nil {
		return err
	}
	path, err := p.path()
	if err != nil {
		return err
	}
	in := Input{Path: path}
	if err := p.expect(","); err != nil {
		return err
	}
	depth := 0
	if dynamic {
		depth = maxNesting
	}
	if in.Outputs, in.Dynamic, err = p.uses(depth); err != nil {
		return err
	}
	if len(in.Outputs) == 0 && len(in.Dynamic) == 0 {
		return fmt.Errorf("no output of the input %s is used", p.dir.Join(path))
	}
	d.InputDrvs = append(d.InputDrvs, in)
	return p.expect(")")
}

// uses reads a list of outputs or, if depth is positive, a pair of it and of
// uses of outputs.
func (p *parser) uses(depth int) (outputs []string, dynamic []DynamicInput, err error) {
	if !p.has("(") {
		outputs, err = p.strs()
		return outputs, nil, err
	}
	if depth == 0 {
		return nil, nil, errors.New("outputs of outputs are not for this version of the format, or too deep")
	}
	p.at++
	if outputs, err = p.strs(); err != nil {
		return nil, nil, err
	}
	if err := p.expect(","); err != nil {
		return nil, nil, err
	}
	err = p.list(func() (err error) {
		var in DynamicInput
		if err := p.expect("("); err != nil {
			return err
		}
		if in.Output, err = p.str(); err != nil {
			return err
		}
		if err := p.expect(","); err != nil {
			return err
		}
		if in.Outputs, in.Dynamic, err = p.uses(depth - 1); err != nil {
			return err
		}
		dynamic = append(dynamic, in)
		return p.expect(")")
	})
	if err != nil {
		return nil, nil, err
	}
	return outputs, dynamic, p.expect(")")
}

func (p *parser) variable(d *Derivation) error {
	var fields [2]string
	err := p.tuple(fields[:])
	d.Env = append(d.Env, Var{fields[0], fields[1]})
	return err
}

func (p *parser) path() (storepath.Path, error) {
	s, err := p.str()
	if err != nil {
		return storepath.Path{}, err
	}
	return p.dir.Parse(s)
}

func (p *parser) paths() (paths []storepath.Path, err error) {
	err = p.list(func() error {
		path, err := p.path()
		paths = append(paths, path)
		return err
	})
	return paths, err
}

func (p *parser) strs() (strs []string, err error) {
	err = p.list(func() error {
		s, err := p.str()
		strs = append(strs, s)
		return err
	})
	return strs, err
}

// tuple reads as many strings in parentheses as there are fields.
func (p *parser) tuple(fields []string) (err error) {
	open := "("
	for i := range fields {
		if err := p.expect(open); err != nil {
			return err
		}
		if fields[i], err = p.str(); err != nil {
			return err
		}
		open = ","
	}
	return p.expect(")")
}

// list reads elements in brackets.
func (p *parser) list(element func() error) error {
	if err := p.expect("["); err != nil {
		return err
	}
	for first := true; !p.has("]"); first = false {
		if !first {
			if err := p.expect(","); err != nil {
				return err
			}
		}
		if err := element(); err != nil {
			return err
		}
	}
	p.at++
	return nil
}

// str reads a quoted string.
func (p *parser) str() (string, error) {
	if err := p.expect(`"`); err != nil {
		return "", err
	}
	rest := p.text[p.at:]
	end := strings.IndexAny(rest, `"\`)
	if end >= 0 && rest[end] == '"' {
		p.at += end + 1
		return rest[:end], nil
	}
	var b strings.Builder
	for i := 0; i < len(rest); i++ {
		switch c := rest[i]; {
		case c == '"':
			p.at += i + 1
			return b.String(), nil
		case c != '\\':
			b.WriteByte(c)
		case i+1 < len(rest):
			i++
			b.WriteByte(unescape(rest[i]))
		}
	}
	return "", errors.New("a string without an end")
}

func unescape(letter byte) byte {
	switch letter {
	case 'n':
		return '\n'
	case 'r':
		return '\r'
	case 't':
		return '\t'
	}
	return letter
}

func (p *parser) has(s string) bool { return strings.HasPrefix(p.text[p.at:], s) }

func (p *parser) expect(s string) error {
	if !p.has(s) {
		return fmt.Errorf("%q is expected", s)
	}
	p.at += len(s)
	return nil
}
