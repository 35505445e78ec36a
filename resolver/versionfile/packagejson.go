package versionfile

import "fmt"

// readPackageJSON reads what npm and Volta know about the runtime. npm refuses
// a malformed devEngines and ignores malformed engines; so do we.
func readPackageJSON(r *reader) error {
	root, err := r.json()
	if err != nil {
		return err
	}
	if root.kind != "object" {
		return r.errorf(root.span, "a package.json is an object, and this is %s", withArticle(root.kind))
	}
	if dev, ok := root.members["devEngines"]; ok {
		if err := r.devEngines(dev); err != nil {
			return err
		}
	}
	r.volta(root.members["volta"])
	if node := root.members["engines"].members["node"]; node.kind == "string" && node.scalar != "" {
		r.add(inside(node), "node", node.scalar.(string), "engines.node", true)
	}
	return nil
}

// ParseVolta reads only the volta section of a file that another's volta.extends
// names. The error is a *source.Error.
func ParseVolta(path string, data []byte) (File, error) {
	r := &reader{path: path, data: data}
	root, err := r.json()
	if err != nil {
		return File{}, err
	}
	r.volta(root.members["volta"])
	return r.file, nil
}

// devEngines reads devEngines.runtime: an object or a list of alternatives. The
// first that is node counts. Where npm would let a different version pass
// (onFail "warn" or "ignore") the entry is soft.
func (r *reader) devEngines(dev value) error {
	if dev.kind != "object" {
		return r.expected(dev, "devEngines", "an object", `{"runtime": {"name": "node", "version": "24"}}`)
	}
	runtime, ok := dev.members["runtime"]
	if !ok {
		return nil
	}
	list := []value{runtime}
	if runtime.kind == "array" {
		list = runtime.items
	}
	found := false
	for _, engine := range list {
		if engine.kind != "object" || engine.members["name"].kind != "string" {
			return r.expected(engine, "devEngines.runtime", "an object with a name, or a list of them", `{"name": "node", "version": "24"}`)
		}
		if name := engine.members["name"]; name.scalar != "node" {
			r.note(inside(name), fmt.Sprintf("the runtime %s is not a tool that devenv provides", name.scalar))
		} else if !found {
			found = true
			if err := r.runtime(engine); err != nil {
				return err
			}
		}
	}
	return nil
}

// runtime records one entry of devEngines.runtime that is node.
func (r *reader) runtime(engine value) error {
	soft := false
	if fail, ok := engine.members["onFail"]; ok {
		switch fail.scalar {
		case "ignore", "warn":
			soft = true
		case "error", "download":
		default:
			return r.expected(fail, "onFail", `one of "ignore", "warn", "error", "download"`, `"onFail": "download"`)
		}
	}
	version, ok := engine.members["version"]
	switch {
	case !ok:
		r.add(inside(engine.members["name"]), "node", "*", "devEngines.runtime", true)
	case version.kind != "string" || version.scalar == "":
		return r.expected(version, "version", "a string", `"version": "24"`)
	default:
		r.add(inside(version), "node", version.scalar.(string), "devEngines.runtime", soft)
	}
	return nil
}

// volta reads the section of that name: an exact version of node, or the file
// that has one.
func (r *reader) volta(v value) {
	if node := v.members["node"]; node.kind == "string" && node.scalar != "" {
		r.add(inside(node), "node", node.scalar.(string), "volta.node", false)
	}
	if extends := v.members["extends"]; extends.kind == "string" {
		r.file.Extends = extends.scalar.(string)
		r.file.ExtendsAt = r.at(inside(extends))
	}
}

// expected is the error for a value of the wrong shape.
func (r *reader) expected(v value, key, what, example string) error {
	return r.errorf(v.span, "%s is %s, and should be %s", key, withArticle(v.kind), what).Fixed("for example: %s", example)
}

// inside is where the text of a string stands, without its quotes.
func inside(v value) span {
	if v.kind == "string" {
		return span{v.start + 1, v.end - 1}
	}
	return v.span
}

func withArticle(kind string) string {
	switch kind {
	case "object", "array":
		return "an " + kind
	case "null":
		return kind
	default:
		return "a " + kind
	}
}
