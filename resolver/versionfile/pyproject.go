package versionfile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"github.com/BurntSushi/toml"
	"github.com/pelletier/go-toml/v2/unstable"

	"devenv/resolver/source"
)

// readPyproject reads the two keys that bound the interpreter. Both are soft.
func readPyproject(r *reader) error {
	if err := source.CheckNesting(r.path, r.data); err != nil {
		return err
	}
	var doc map[string]any
	if _, err := toml.Decode(string(r.data), &doc); err != nil {
		var parse toml.ParseError
		if errors.As(err, &parse) {
			at := span{parse.Position.Start, parse.Position.Start + parse.Position.Len}
			return r.errorf(at, "not TOML: %s", parse.Message)
		}
		return r.errorf(span{}, "not TOML: %v", err)
	}
	if at, text, ok := r.tomlString("project", "requires-python"); ok {
		r.add(at, "python", text, "project.requires-python", true)
	}
	at, text, ok := r.tomlString("tool", "poetry", "dependencies", "python")
	if !ok {
		at, text, ok = r.tomlString("tool", "poetry", "dependencies", "python", "version")
	}
	if ok {
		constraint, known := poetry(text)
		if !known {
			r.note(at, fmt.Sprintf("%q offers alternatives, which only Poetry reads", text))
			return nil
		}
		r.add(at, "python", constraint, "tool.poetry.dependencies.python", true)
	}
	return nil
}

// tomlString finds the string at a key path: where its text stands and what it
// says. The data must be valid TOML.
func (r *reader) tomlString(path ...string) (span, string, bool) {
	var p unstable.Parser
	p.Reset(r.data)
	var table []string
	for p.NextExpression() {
		e := p.Expression()
		switch e.Kind {
		case unstable.Table, unstable.ArrayTable:
			table = keyOf(e)
		case unstable.KeyValue:
			if v := find(e, table, path); v != nil {
				start := int(v.Raw.Offset)
				return span{start + 1, start + int(v.Raw.Length) - 1}, string(v.Data), true
			}
		}
	}
	return span{}, "", false
}

// find is the string at path in a key-value expression below table, or nil.
func find(kv *unstable.Node, table, path []string) *unstable.Node {
	key := append(append([]string(nil), table...), keyOf(kv)...)
	if len(key) > len(path) || strings.Join(key, "\x00") != strings.Join(path[:len(key)], "\x00") {
		return nil
	}
	v := kv.Value()
	switch {
	case v.Kind == unstable.String && len(key) == len(path):
		return v
	case v.Kind == unstable.InlineTable:
		for it := v.Children(); it.Next(); {
			if found := find(it.Node(), key, path); found != nil {
				return found
			}
		}
	}
	return nil
}

func keyOf(n *unstable.Node) []string {
	var key []string
	for it := n.Key(); it.Next(); {
		key = append(key, string(it.Node().Data))
	}
	return key
}

// poetry puts Poetry's own operators into PEP 440: ^3.11 (up to the next major),
// ~3.11 (up to the next minor) and a bare 3.11 (exactly that). It reports false
// for alternatives (||), which PEP 440 cannot say.
func poetry(text string) (string, bool) {
	if strings.Contains(text, "|") {
		return "", false
	}
	var all []string
	for part := range strings.SplitSeq(text, ",") {
		part = strings.TrimSpace(part)
		switch {
		case strings.HasPrefix(part, "^"):
			all = append(all, upTo(part[1:], 0))
		case strings.HasPrefix(part, "~") && !strings.HasPrefix(part, "~="):
			all = append(all, upTo(part[1:], 1))
		case part != "" && part != "*":
			all = append(all, part)
		}
	}
	if len(all) == 0 {
		return ">=3", true
	}
	return strings.Join(all, ","), true
}

// upTo is the range from version to the next value of its i-th number.
func upTo(version string, i int) string {
	version = strings.TrimSpace(version)
	numbers := strings.Split(version, ".")
	i = min(i, len(numbers)-1)
	n, err := strconv.Atoi(numbers[i])
	if err != nil {
		return ">=" + version
	}
	next := append(append([]string(nil), numbers[:i]...), strconv.Itoa(n+1))
	return ">=" + version + ",<" + strings.Join(next, ".")
}
