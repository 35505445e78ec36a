package flake

import (
	"fmt"
	"path"
	"path/filepath"
	"strings"

	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/source"
)

// inputs reads a set of inputs. What is said of self is for the flake's own tree.
func (f *file) inputs(v *eval.Value, at eval.Place, allowSelf bool) (map[string]*Input, flakeref.Attrs, error) {
	if err := f.literal(v, at, "set", `inputs.nixpkgs.url = "github:NixOS/nixpkgs/nixos-unstable";`); err != nil {
		return nil, nil, err
	}
	names, err := f.ev.AttrNames(v)
	if err != nil {
		return nil, nil, err
	}
	inputs := map[string]*Input{}
	var self flakeref.Attrs
	for _, name := range names {
		attr, at, err := f.attr(v, name)
		if err != nil {
			return nil, nil, err
		}
		if name != "self" {
			inputs[name], err = f.input(name, attr, at)
		} else {
			self, err = f.self(attr, at, allowSelf)
		}
		if err != nil {
			return nil, nil, err
		}
	}
	return inputs, self, nil
}

// self reads the attributes of inputs.self.
func (f *file) self(v *eval.Value, at eval.Place, allowed bool) (flakeref.Attrs, error) {
	const example = "inputs.self.submodules = true;"
	if !allowed {
		return nil, mistake(at, "only the flake itself says something of self: "+example, "self is no input that could be set here")
	}
	if err := f.literal(v, at, "set", example); err != nil {
		return nil, err
	}
	names, err := f.ev.AttrNames(v)
	if err != nil {
		return nil, err
	}
	attrs := flakeref.Attrs{}
	for _, name := range names {
		attr, at, err := f.attr(v, name)
		if err != nil {
			return nil, err
		}
		if name != "submodules" && name != "lfs" {
			return nil, mistake(at, "there are submodules and lfs: "+example, "inputs.self has no attribute '%s'", name)
		}
		if attrs[name], err = f.plain("inputs.self."+name, attr, at); err != nil {
			return nil, err
		}
	}
	return attrs, nil
}

// rawInput is an input before its attributes have been put together.
type rawInput struct {
	url   string
	attrs flakeref.Attrs
	at    map[string]eval.Place
}

// input reads what is said of one input.
func (f *file) input(name string, v *eval.Value, at eval.Place) (*Input, error) {
	if err := f.literal(v, at, "set", "inputs."+name+`.url = "github:owner/repo";`); err != nil {
		return nil, err
	}
	names, err := f.ev.AttrNames(v)
	if err != nil {
		return nil, err
	}
	in := &Input{Place: at}
	raw := rawInput{attrs: flakeref.Attrs{}, at: map[string]eval.Place{}}
	for _, attr := range names {
		value, at, err := f.attr(v, attr)
		if err != nil {
			return nil, err
		}
		if err := f.inputAttr(in, &raw, "inputs."+name, attr, value, at); err != nil {
			return nil, err
		}
	}
	if in.Ref, err = raw.ref(name, in); err != nil {
		return nil, err
	}
	if !in.Ref.IsZero() && in.Follows != nil {
		return nil, mistake(at, "keep one of the two", "the input %s has both a reference and follows", name)
	}
	return in, nil
}

func (f *file) inputAttr(in *Input, raw *rawInput, input, name string, v *eval.Value, at eval.Place) (err error) {
	switch name {
	case "url":
		raw.url, err = f.url(input, v, at)
		raw.attrs["url"] = raw.url
	case "flake":
		var isFlake bool
		isFlake, err = f.flag(v, at, input+".flake = false;")
		in.Source = !isFlake
	case "inputs":
		in.Inputs, _, err = f.inputs(v, at, false)
	case "follows":
		var text string
		if text, err = f.text(v, at, input+`.follows = "nixpkgs";`); err != nil {
			return err
		}
		path, bad := ParseInputPath(text)
		if bad != nil {
			return mistake(at, input+`.follows = "nixpkgs";`, "%v", bad)
		}
		in.Follows = append(append(InputPath{}, f.root...), path...)
	default:
		raw.at[name] = at
		raw.attrs[name], err = f.plain(input+"."+name, v, at)
	}
	return err
}

// url is a reference as a text, or a path of the flake's own tree.
func (f *file) url(input string, v *eval.Value, at eval.Place) (string, error) {
	ok, err := f.ev.ForceLiteral(v)
	if err != nil {
		return "", err
	}
	if ok {
		if kind, err := f.ev.Type(v); err != nil {
			return "", err
		} else if kind == "path" {
			return f.relative(input, v, at)
		}
	}
	return f.text(v, at, input+`.url = "github:owner/repo";`)
}

// relative is a path literal as a reference.
func (f *file) relative(input string, v *eval.Value, at eval.Place) (string, error) {
	p, err := f.ev.ToPath(v)
	if err != nil {
		return "", err
	}
	if p != treeRoot && !strings.HasPrefix(p, treeRoot+"/") {
		return "", mistake(at, fmt.Sprintf("for a directory of this machine: %s.url = \"path:%s\";", input, p), "the path %s is outside of the flake's tree", p)
	}
	rel, err := filepath.Rel(treeDir(f.dir), p)
	return "path:" + filepath.ToSlash(rel), err
}

// plain is an attribute of a reference.
func (f *file) plain(name string, v *eval.Value, at eval.Place) (any, error) {
	ok, err := f.ev.ForceLiteral(v)
	if err != nil {
		return nil, err
	}
	if !ok {
		return nil, mistake(at, "write it down: "+name+` = "…";`, "this is read before anything is evaluated, and must not be computed")
	}
	kind, err := f.ev.Type(v)
	if err != nil {
		return nil, err
	}
	switch kind {
	case "string":
		text, _, err := f.ev.ToString(v)
		return text, err
	case "bool":
		return f.ev.ToBool(v)
	case "int":
		n, err := f.ev.ToInt(v)
		if err == nil && n < 0 {
			err = mistake(at, "numbers of references are not negative", "%s is %d", name, n)
		}
		return n, err
	}
	if path.Ext(name) == ".publicKeys" {
		return f.ev.JSON(v)
	}
	return nil, mistake(at, "write "+name+` = "…";`, "%s must be a string, a Boolean or an integer, and is %s", name, article(kind))
}

// ref puts the attributes of an input together; zero where none are given.
func (raw *rawInput) ref(name string, in *Input) (flakeref.Ref, error) {
	var ref flakeref.Ref
	var err error
	if raw.attrs["type"] != nil {
		ref, err = flakeref.FromAttrs(raw.attrs)
	} else {
		if unknown := sortedKeys(raw.at); len(unknown) > 0 {
			return ref, misplaced(name, unknown[0], raw.at[unknown[0]])
		}
		if raw.attrs["url"] != nil {
			ref, err = flakeref.Parse(raw.url, flakeref.Options{File: in.Source, KeepRelative: true})
		}
	}
	if err != nil {
		return ref, located(in.Place, err)
	}
	return ref, nil
}

// misplaced is the error about an attribute of an input that means nothing
// without a type.
func misplaced(input, attr string, at eval.Place) error {
	known := []string{"url", "flake", "follows", "inputs"}
	next := fmt.Sprintf("an input has %s; attributes of a reference need its type as well: inputs.%s = { type = \"github\"; owner = …; repo = …; };", strings.Join(known, ", "), input)
	if near := source.Nearest(attr, known); near != "" {
		next = fmt.Sprintf("is inputs.%s.%s meant?", input, near)
	}
	return mistake(at, next, "the input %s has no attribute '%s'", input, attr)
}

// located is an error at a place, with its hint.
func located(at eval.Place, err error) error {
	next := ""
	if hinted, ok := err.(interface{ Hint() string }); ok { //nolint:errorlint // the error itself
		next = hinted.Hint()
	}
	return mistake(at, next, "%v", err)
}
