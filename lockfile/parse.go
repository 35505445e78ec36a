package lockfile

import (
	"fmt"
	"maps"
)

// Parse reads a lock. name is the file's name, for messages. Every error is an
// *Error: what is not JSON, what is not a lock of a version that is known, an
// input that leads nowhere or in a circle, a tool's pin that does not hold
// what it should.
func Parse(data []byte, name string) (*Lock, error) {
	v, syntax := scan(data)
	if syntax != nil {
		if err := conflict(data, name); err != nil {
			return nil, err
		}
		return nil, &Error{File: name, Position: syntax.at, Problem: syntax.problem}
	}
	r := &reader{file: name, data: data}
	lock, err := r.lock(v)
	if err == nil {
		err = r.check(lock)
	}
	if err != nil {
		return nil, err
	}
	return lock, nil
}

// A reader turns JSON values into a lock's. Paths say where a value lies.
type reader struct {
	file    string
	data    []byte
	version int64
}

func (r *reader) fail(path, format string, args ...any) error {
	return &Error{File: r.file, Position: locate(r.data, path), Problem: fmt.Sprintf(format, args...)}
}

// kind is how messages call the type of v.
func kind(v any) string {
	switch v.(type) {
	case map[string]any:
		return "an object"
	case []any:
		return "a list"
	case string:
		return "a string"
	case bool:
		return "a boolean"
	case nil:
		return "null"
	case float64:
		return "a number with a fraction or an exponent"
	default:
		return "a whole number"
	}
}

// take removes the attribute key from object, which lies at path, and checks
// its type. It is false where there is none.
func take[T any](r *reader, object map[string]any, path, key string) (v T, ok bool, err error) {
	raw, ok := object[key]
	if !ok {
		return v, false, nil
	}
	delete(object, key)
	v, ok = raw.(T)
	if !ok {
		path = member(path, key)
		return v, false, r.fail(path, "%s is %s, not %s", path, kind(raw), kind(any(v)))
	}
	return v, true, nil
}

// need is take for an attribute that has to be there.
func need[T any](r *reader, object map[string]any, path, key string) (T, error) {
	v, ok, err := take[T](r, object, path, key)
	if err == nil && !ok {
		if path == "" {
			err = r.fail(path, "not a lock: %q is missing", key)
		} else {
			err = r.fail(path, "%s has no %q", path, key)
		}
	}
	return v, err
}

func (r *reader) lock(v any) (*Lock, error) {
	top, ok := v.(map[string]any)
	if !ok {
		return nil, r.fail("", "not a lock: %s, not an object", kind(v))
	}
	var err error
	if r.version, err = need[int64](r, top, "", "version"); err != nil {
		return nil, err
	}
	if r.version < oldestVersion || r.version > Version {
		return nil, r.unknownVersion()
	}
	lock := &Lock{Nodes: map[string]*Node{}}
	if lock.Root, err = need[string](r, top, "", "root"); err != nil {
		return nil, err
	}
	nodes, err := need[map[string]any](r, top, "", "nodes")
	if err != nil {
		return nil, err
	}
	for _, key := range sortedKeys(nodes) {
		if lock.Nodes[key], err = r.node(nodes[key], member("nodes", key), key == lock.Root); err != nil {
			return nil, err
		}
	}
	lock.Extra = rest(top)
	return lock, nil
}

func (r *reader) unknownVersion() error {
	//nolint:errorlint // fail makes just that
	err := r.fail("version", "version %d of the lock format is unknown; known are %d to %d",
		r.version, oldestVersion, Version).(*Error)
	if r.version > Version {
		err.hint = "update devenv: a newer one wrote this lock"
	}
	return err
}

func (r *reader) node(v any, path string, root bool) (*Node, error) {
	object, ok := v.(map[string]any)
	if !ok {
		return nil, r.fail(path, "%s is %s, not an object", path, kind(v))
	}
	node := &Node{}
	inputs, _, err := take[map[string]any](r, object, path, "inputs")
	if err != nil {
		return nil, err
	}
	if node.Inputs, err = r.inputs(inputs, member(path, "inputs")); err != nil {
		return nil, err
	}
	if flake, ok, err := take[bool](r, object, path, "flake"); err != nil {
		return nil, err
	} else if ok {
		node.Flake = &flake
	}
	if parent, ok, err := take[[]any](r, object, path, "parent"); err != nil {
		return nil, err
	} else if ok {
		if node.Parent, err = r.names(parent, member(path, "parent")); err != nil {
			return nil, err
		}
	}
	if err := r.pin(node, object, path, root); err != nil {
		return nil, err
	}
	node.Extra = rest(object)
	return node, nil
}

// pin reads "locked" and "original", which only the root may lack. Versions
// below 7 keep a part of the pin in "info".
func (r *reader) pin(node *Node, object map[string]any, path string, root bool) error {
	for _, attr := range []struct {
		key string
		to  *Attrs
	}{{"locked", &node.Locked}, {"original", &node.Original}} {
		if _, ok := object[attr.key]; !ok && root {
			continue
		}
		v, err := need[map[string]any](r, object, path, attr.key)
		if err != nil {
			return err
		}
		*attr.to = v
	}
	if r.version >= 7 || node.Locked == nil {
		return nil
	}
	info, _, err := take[map[string]any](r, object, path, "info")
	maps.Copy(node.Locked, info)
	return err
}

func (r *reader) inputs(object map[string]any, path string) (map[string]Edge, error) {
	if len(object) == 0 {
		return nil, nil
	}
	edges := make(map[string]Edge, len(object))
	for _, name := range sortedKeys(object) {
		switch v := object[name].(type) {
		case string:
			if v == "" {
				path = member(path, name)
				return nil, r.fail(path, "%s is empty", path)
			}
			edges[name] = Edge{Node: v}
		case []any:
			follows, err := r.names(v, member(path, name))
			if err != nil {
				return nil, err
			}
			edges[name] = Edge{Follows: follows}
		default:
			path = member(path, name)
			return nil, r.fail(path, "%s is %s; an input is the key of a node, or the list of inputs that it follows", path, kind(v))
		}
	}
	return edges, nil
}

// names reads a list of strings. It is never nil.
func (r *reader) names(values []any, path string) ([]string, error) {
	names := make([]string, len(values))
	for i, v := range values {
		name, ok := v.(string)
		if !ok {
			return nil, r.fail(element(path, i), "%s is %s, not a string", element(path, i), kind(v))
		}
		names[i] = name
	}
	return names, nil
}

// rest is what of an object has not been taken.
func rest(object map[string]any) Attrs {
	if len(object) == 0 {
		return nil
	}
	return object
}
