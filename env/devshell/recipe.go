package devshell

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"path"
	"slices"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// A NotBashError says that a derivation has no shell: something else builds it.
type NotBashError struct{ Name, Builder string }

func (e *NotBashError) Error() string {
	return fmt.Sprintf("%s is built by %s, not by bash, so it has no shell to enter", e.Name, e.Builder)
}

// Hint returns what to do instead.
func (e *NotBashError) Hint() string {
	return "Select one that stdenv or mkShell makes: --attr ATTR; or build it: devenv build"
}

// checks are the variables by which a derivation restricts what its outputs refer
// to. The environment's refers to what it likes.
var checks = []string{"allowedReferences", "allowedRequisites", "disallowedReferences", "disallowedRequisites"}

// Recipe returns the derivation that captures d's shell with the given script,
// capture.sh in the store. It lacks the paths of its outputs, which
// [derivation.Hasher.Instantiate] gives it. D is not changed.
func Recipe(d *derivation.Derivation, dir storepath.Dir, script storepath.Path) (*derivation.Derivation, error) {
	if path.Base(d.Builder) != "bash" {
		return nil, &NotBashError{d.Name, d.Builder}
	}
	e := *d
	e.Name += "-env"
	e.Args = []string{dir.Join(script)}
	e.InputSrcs = append(slices.Clone(d.InputSrcs), script)
	e.Env = slices.Clone(d.Env)
	if text, ok := e.Lookup(derivation.StructuredAttrs); ok {
		unchecked, err := dropMember(text, "outputChecks")
		if err != nil {
			return nil, fmt.Errorf("the structured attributes of %s: %w", d.Name, err)
		}
		e.SetEnv(derivation.StructuredAttrs, unchecked)
	} else {
		e.Env = slices.DeleteFunc(e.Env, func(v derivation.Var) bool { return slices.Contains(checks, v.Name) })
	}
	e.SetEnv("name", e.Name)
	e.Outputs = slices.Clone(d.Outputs)
	for i := range e.Outputs {
		o := &e.Outputs[i]
		if o.Kind == derivation.InputAddressed || o.Kind == derivation.Fixed {
			*o = derivation.Output{Name: o.Name, Kind: derivation.Deferred}
			e.SetEnv(o.Name, "")
		}
	}
	e.Sort()
	return &e, nil
}

// dropMember returns a JSON object without one of its members; the others keep
// their texts.
func dropMember(text, name string) (string, error) {
	var object map[string]json.RawMessage
	if err := json.Unmarshal([]byte(text), &object); err != nil {
		return "", err
	}
	if object == nil {
		return "", errors.New("null is not an object")
	}
	if _, ok := object[name]; !ok {
		return text, nil
	}
	delete(object, name)
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	err := enc.Encode(object)
	return string(bytes.TrimSuffix(b.Bytes(), []byte("\n"))), err
}
