package flake

import (
	"fmt"
	"strings"

	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/source"
)

// Paths are where an output is looked for, in this order.
type Paths [][]string

// PackagePaths are where commands look that want a package: attr is what stands
// after the number sign, "" parts for the default.
func PackagePaths(in flakeref.Installable, system string) Paths {
	return pathsOf(in, [][]string{{"packages", system, "default"}, {"defaultPackage", system}},
		[][]string{{"packages", system}, {"legacyPackages", system}})
}

// ShellPaths are where commands look that want a development shell.
func ShellPaths(in flakeref.Installable, system string) Paths {
	return pathsOf(in, [][]string{{"devShells", system, "default"}, {"devShell", system}, {"packages", system, "default"}, {"defaultPackage", system}},
		[][]string{{"devShells", system}, {"packages", system}, {"legacyPackages", system}})
}

// TemplatePaths are where commands look that want a template.
func TemplatePaths(in flakeref.Installable) Paths {
	return pathsOf(in, [][]string{{"templates", "default"}, {"defaultTemplate"}}, [][]string{{"templates"}})
}

func pathsOf(in flakeref.Installable, defaults, below [][]string) Paths {
	switch {
	case in.Exact:
		return Paths{in.Attr}
	case len(in.Attr) == 0:
		return defaults
	}
	var paths Paths
	for _, prefix := range below {
		paths = append(paths, append(append([]string{}, prefix...), in.Attr...))
	}
	return append(paths, in.Attr)
}

// An AttrError is an output that a flake has not.
type AttrError struct {
	Flake string
	Paths Paths
	Near  []string // what there is instead, nearest first
}

func (e *AttrError) Error() string {
	texts := make([]string, len(e.Paths))
	for i, p := range e.Paths {
		texts[i] = "'" + ShowAttrPath(p) + "'"
	}
	last := len(texts) - 1
	where := texts[last]
	if last > 0 {
		where = strings.Join(texts[:last], ", ") + " or " + texts[last]
	}
	return fmt.Sprintf("flake '%s' does not provide attribute %s", e.Flake, where)
}

// Hint lists what there is.
func (e *AttrError) Hint() string {
	if len(e.Near) == 0 {
		return "see what it has: devenv flake show " + e.Flake
	}
	return "there is " + list(e.Near)
}

// ShowAttrPath writes an attribute path as the language does.
func ShowAttrPath(path []string) string {
	parts := make([]string, len(path))
	for i, name := range path {
		parts[i] = name
		if name == "" || strings.ContainsAny(name, ". \"") {
			parts[i] = `"` + name + `"`
		}
	}
	return strings.Join(parts, ".")
}

// Find returns the first of some attributes of a flake's outputs that is there,
// and its path; flake is for the error. The error is an *AttrError if none is.
func Find(ev *eval.Evaluator, outputs *eval.Value, flake string, paths Paths) (*eval.Value, []string, error) {
	missing := &AttrError{Flake: flake, Paths: paths}
	for _, p := range paths {
		v, at, err := along(ev, outputs, p)
		if err != nil {
			return nil, nil, err
		}
		if at == len(p) {
			return v, p, nil
		}
		missing.look(ev, v, p, at)
	}
	return nil, nil, missing
}

// along goes down a path as far as it leads, and says how far.
func along(ev *eval.Evaluator, v *eval.Value, path []string) (*eval.Value, int, error) {
	for i, name := range path {
		if kind, err := ev.Type(v); err != nil {
			return nil, 0, err
		} else if kind != "set" {
			return v, i, nil
		}
		next, err := ev.Attr(v, name)
		if err != nil {
			return nil, 0, err
		}
		if next == nil {
			return v, i, nil
		}
		v = next
	}
	return v, len(path), nil
}

// look remembers what there is where a path ended: all of it if there is little,
// else what is spelled like what was looked for.
func (e *AttrError) look(ev *eval.Evaluator, v *eval.Value, path []string, at int) {
	names, err := ev.AttrNames(v)
	if err != nil || at == 0 && len(e.Paths) > 1 && len(path) > 1 {
		return
	}
	const few = 12
	near := source.Nearest(path[at], names)
	if near != "" {
		e.Near = append(e.Near, ShowAttrPath(child(path[:at], near)))
	}
	if len(names) > few {
		return
	}
	for _, name := range names {
		if name != near {
			e.Near = append(e.Near, ShowAttrPath(child(path[:at], name)))
		}
	}
}
