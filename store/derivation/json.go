package derivation

import (
	"bytes"
	"encoding/json"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"devenv/store/storepath"
)

// jsonVersion is the version of the JSON form.
const jsonVersion = 4

// The JSON form; the fields are in the order of their names.
type (
	jsonDerivation struct {
		Args    []string              `json:"args"`
		Builder string                `json:"builder"`
		Env     map[string]string     `json:"env"`
		Inputs  jsonInputs            `json:"inputs"`
		Name    string                `json:"name"`
		Outputs map[string]jsonOutput `json:"outputs"`
		Attrs   json.RawMessage       `json:"structuredAttrs,omitempty"`
		System  string                `json:"system"`
		Version int                   `json:"version"`
	}
	jsonInputs struct {
		Drvs map[string]jsonUses `json:"drvs"`
		Srcs []string            `json:"srcs"`
	}
	jsonUses struct {
		Dynamic map[string]jsonUses `json:"dynamicOutputs"`
		Outputs []string            `json:"outputs"`
	}
	jsonOutput struct {
		Hash     string `json:"hash,omitempty"`
		HashAlgo string `json:"hashAlgo,omitempty"`
		Impure   bool   `json:"impure,omitempty"`
		Method   string `json:"method,omitempty"`
		Path     string `json:"path,omitempty"`
	}
)

// JSON returns d in the form in which "nix derivation show" prints each
// derivation (version 4), compact and with sorted keys. It is an error if d has
// text that is not UTF-8 or structured attributes that are not JSON.
func (d *Derivation) JSON() ([]byte, error) {
	out := jsonDerivation{
		Args:    nonNil(d.Args),
		Builder: d.Builder,
		Env:     map[string]string{},
		Inputs:  jsonInputs{Drvs: map[string]jsonUses{}, Srcs: []string{}},
		Name:    d.Name,
		Outputs: map[string]jsonOutput{},
		System:  d.System,
		Version: jsonVersion,
	}
	for _, v := range d.Env {
		if v.Name == StructuredAttrs {
			out.Attrs = json.RawMessage(v.Value)
			continue
		}
		out.Env[v.Name] = v.Value
	}
	for _, in := range d.InputDrvs {
		out.Inputs.Drvs[in.Path.Base()] = jsonUsesOf(in.Outputs, in.Dynamic)
	}
	for _, src := range d.InputSrcs {
		out.Inputs.Srcs = append(out.Inputs.Srcs, src.Base())
	}
	for i := range d.Outputs {
		out.Outputs[d.Outputs[i].Name] = d.Outputs[i].json()
	}
	if err := d.checkText(); err != nil {
		return nil, err
	}
	var buf bytes.Buffer
	encoder := json.NewEncoder(&buf)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(out); err != nil {
		return nil, fmt.Errorf("derivation %s: structured attributes: %w", d.Name, err)
	}
	return unescapeSeparators(bytes.TrimSuffix(buf.Bytes(), []byte("\n"))), nil
}

// ShowJSON returns the compact JSON text that "nix derivation show" prints for
// the derivations at paths.
func ShowJSON(derivations map[storepath.Path]*Derivation) ([]byte, error) {
	paths := make([]storepath.Path, 0, len(derivations))
	for p := range derivations {
		paths = append(paths, p)
	}
	slices.SortFunc(paths, storepath.Compare)
	text := []byte(`{"derivations":{`)
	for i, p := range paths {
		one, err := derivations[p].JSON()
		if err != nil {
			return nil, err
		}
		text = appendPlain(separate(text, i), p.Base())
		text = append(append(text, ':'), one...)
	}
	return fmt.Appendf(text, `},"version":%d}`, jsonVersion), nil
}

func jsonUsesOf(outputs []string, dynamic []DynamicInput) jsonUses {
	uses := jsonUses{Dynamic: map[string]jsonUses{}, Outputs: nonNil(outputs)}
	for _, in := range dynamic {
		uses.Dynamic[in.Output] = jsonUsesOf(in.Outputs, in.Dynamic)
	}
	return uses
}

func (o *Output) json() jsonOutput {
	switch o.Kind {
	case InputAddressed:
		return jsonOutput{Path: o.Path.Base()}
	case Fixed:
		return jsonOutput{Hash: o.Hash.SRI(), Method: o.Method.String()}
	case Floating, Impure:
		return jsonOutput{HashAlgo: o.Algo.String(), Method: o.Method.String(), Impure: o.Kind == Impure}
	}
	return jsonOutput{}
}

// checkText holds that all of d's text can be said in JSON.
func (d *Derivation) checkText() error {
	for _, s := range append([]string{d.Name, d.System, d.Builder}, d.Args...) {
		if !utf8.ValidString(s) {
			return fmt.Errorf("derivation %s: %.60q is not UTF-8", d.Name, s)
		}
	}
	for _, v := range d.Env {
		if !utf8.ValidString(v.Name) || !utf8.ValidString(v.Value) {
			return fmt.Errorf("derivation %s: environment variable %.60q is not UTF-8", d.Name, v.Name)
		}
	}
	return nil
}

// unescapeSeparators writes U+2028 and U+2029 as themselves, as Nix does.
func unescapeSeparators(text []byte) []byte {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' {
			b.WriteByte(text[i])
			continue
		}
		switch rest := text[i:]; {
		case bytes.HasPrefix(rest, []byte(`\u2028`)):
			b.WriteString("\u2028")
			i += 5
		case bytes.HasPrefix(rest, []byte(`\u2029`)):
			b.WriteString("\u2029")
			i += 5
		default:
			b.Write(rest[:2])
			i++
		}
	}
	return []byte(b.String())
}

func nonNil(list []string) []string {
	if list == nil {
		return []string{}
	}
	return list
}
