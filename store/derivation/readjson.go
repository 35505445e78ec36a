package derivation

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"slices"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// ParseJSON reads the form that [Derivation.JSON] writes, as "nix derivation add"
// takes it. Whether the paths of input-addressed outputs are right
// [Hasher.Check] tells.
func ParseJSON(text []byte) (*Derivation, error) {
	var in jsonDerivation
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	if err := decoder.Decode(&in); err != nil {
		return nil, fmt.Errorf("a derivation's JSON: %w", err)
	}
	if in.Version != jsonVersion {
		return nil, fmt.Errorf("a derivation's JSON: version %d, and only %d is known", in.Version, jsonVersion)
	}
	d := &Derivation{Name: in.Name, System: in.System, Builder: in.Builder, Args: in.Args}
	if err := errors.Join(storepath.CheckName(in.Name), d.readInputs(in.Inputs), d.readOutputs(in.Outputs)); err != nil {
		return nil, fmt.Errorf("derivation %s: %w", in.Name, err)
	}
	for name, value := range in.Env {
		d.Env = append(d.Env, Var{name, value})
	}
	if in.Attrs != nil {
		var attrs bytes.Buffer
		if err := json.Compact(&attrs, in.Attrs); err != nil {
			return nil, fmt.Errorf("derivation %s: %w", in.Name, err)
		}
		d.Env = append(d.Env, Var{StructuredAttrs, attrs.String()})
	}
	d.Sort()
	_, err := d.Kind()
	return d, err
}

func (d *Derivation) readInputs(in jsonInputs) error {
	for _, src := range in.Srcs {
		p, err := storepath.ParseBase(src)
		if err != nil {
			return err
		}
		d.InputSrcs = append(d.InputSrcs, p)
	}
	for base, uses := range in.Drvs {
		p, err := storepath.ParseBase(base)
		if err != nil {
			return err
		}
		d.InputDrvs = append(d.InputDrvs, Input{p, uses.Outputs, uses.dynamic()})
	}
	return nil
}

func (u jsonUses) dynamic() (list []DynamicInput) {
	for _, output := range slices.Sorted(maps.Keys(u.Dynamic)) {
		below := u.Dynamic[output]
		list = append(list, DynamicInput{output, below.Outputs, below.dynamic()})
	}
	return list
}

func (d *Derivation) readOutputs(outputs map[string]jsonOutput) error {
	for name, in := range outputs {
		o, err := in.read(name)
		if err != nil {
			return fmt.Errorf("output %q: %w", name, err)
		}
		d.Outputs = append(d.Outputs, o)
	}
	return nil
}

// read tells the kind of an output by which fields it has.
func (in jsonOutput) read(name string) (o Output, err error) {
	o.Name = name
	if in.Method != "" {
		methods := []storepath.Method{storepath.Flat, storepath.NAR, storepath.Git, storepath.Text}
		i := slices.IndexFunc(methods, func(m storepath.Method) bool { return m.String() == in.Method })
		if i < 0 {
			return o, fmt.Errorf("unknown method %q", in.Method)
		}
		o.Method = methods[i]
	}
	switch {
	case in == jsonOutput{}:
		o.Kind = Deferred
	case in == jsonOutput{Path: in.Path}:
		o.Path, err = storepath.ParseBase(in.Path)
	case in == jsonOutput{Hash: in.Hash, Method: in.Method} && in.Method != "":
		if o.Hash, err = nixhash.Parse(in.Hash); err == nil {
			o.Kind, o.Algo = Fixed, o.Hash.Algo()
		}
	case in == jsonOutput{HashAlgo: in.HashAlgo, Method: in.Method, Impure: in.Impure} && in.Method != "":
		if o.Kind = Floating; in.Impure {
			o.Kind = Impure
		}
		o.Algo, err = nixhash.ParseAlgo(in.HashAlgo)
	default:
		err = errors.New("its fields are those of no kind of output")
	}
	return o, err
}
