package flake

import (
	"path/filepath"

	"devenv/resolver/nixlang/eval"
)

// config reads nixConfig: settings by name.
func (f *file) config(v *eval.Value, at eval.Place) (map[string]any, error) {
	const example = "nixConfig = { extra-substituters = [ \"https://cache.example.org\" ]; };"
	if err := f.literal(v, at, "set", example); err != nil {
		return nil, err
	}
	names, err := f.ev.AttrNames(v)
	if err != nil {
		return nil, err
	}
	settings := map[string]any{}
	for _, name := range names {
		value, at, err := f.attr(v, name)
		if err != nil {
			return nil, err
		}
		if settings[name], err = f.setting(name, value, at); err != nil {
			return nil, err
		}
	}
	return settings, nil
}

func (f *file) setting(name string, v *eval.Value, at eval.Place) (any, error) {
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
	case "int":
		return f.ev.ToInt(v)
	case "bool":
		return f.ev.ToBool(v)
	case "list":
		return f.settingList(name, v, at)
	case "path":
		p, err := f.ev.ToPath(v)
		if err != nil {
			return nil, err
		}
		rel, err := filepath.Rel(treeDir(f.dir), p)
		return ConfigPath(filepath.ToSlash(rel)), err
	}
	return nil, mistake(at, "write "+name+` = "…";`, "the setting %s is %s", name, article(kind))
}

func (f *file) settingList(name string, v *eval.Value, at eval.Place) ([]string, error) {
	elems, err := f.ev.ToList(v)
	if err != nil {
		return nil, err
	}
	list := []string{}
	for _, e := range elems {
		text, err := f.text(e, at, name+` = [ "…" ];`)
		if err != nil {
			return nil, err
		}
		list = append(list, text)
	}
	return list, nil
}
