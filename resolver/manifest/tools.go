package manifest

import (
	"fmt"
	"regexp"
	"slices"
	"sync"

	"github.com/pelletier/go-toml/v2/unstable"
)

var toolName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[a-z][a-z0-9_-]*$`) })

// tool reads one key of [tools]: a constraint, a list of them, or a table.
func (d *decoder) tool(n *node) {
	if !d.toolNamed(n) {
		return
	}
	value := n
	if n.isTable() {
		value = nil
		for _, kid := range n.kids {
			if kid.name == "version" {
				value = kid
			} else {
				d.unknown(kid, "tools."+n.name, "version")
			}
		}
		if value == nil && len(n.kids) > 0 {
			return // told above
		}
		if value == nil {
			d.errorf(n.key, "%s has no version", n.name).Fixed(`for example: %s = { version = "latest" }`, n.name)
			return
		}
	}
	example := fmt.Sprintf(`%s = "latest"`, n.name)
	items := []*node{value}
	switch value.kind {
	case unstable.Array:
		if items = d.strings(value, fmt.Sprintf(`%s = ["3.13", "3.12"]`, n.name)); len(value.kids) == 0 {
			d.errorf(value.value, "%s has no version", n.name).Fixed("for example: %s", example)
		}
	case unstable.Integer, unstable.Float:
		d.errorf(value.value, "the version of %s is %s, and should be a string", n.name, kindName(value.kind)).
			Fixed("put it in quotes: %s = %q", n.name, d.data[value.value.start:value.value.end])
		return
	}
	d.versions(n, items, example)
}

// toolNamed checks the name of a tool.
func (d *decoder) toolNamed(n *node) bool {
	switch {
	case d.toolNames != nil && !slices.Contains(d.toolNames, n.name):
		d.errorf(n.key, "devenv knows no tool %q", n.name).Fix = didYouMean(n.name, d.toolNames)
	case !toolName().MatchString(n.name):
		d.errorf(n.key, "%q is no name of a tool", n.name).Fixed("names are lower-case letters, digits, - and _")
	default:
		return true
	}
	return false
}

// versions records the constraints of a tool.
func (d *decoder) versions(n *node, items []*node, example string) {
	t := Tool{Name: n.name, At: d.at(n.key)}
	for _, item := range items {
		text, ok := d.text(item, example)
		if !ok {
			continue
		}
		if text == "" {
			d.errorf(item.value, "the version of %s is empty", n.name).Fixed("for the newest release: %s", example)
			continue
		}
		e := d.excerpt(item.value)
		t.Versions = append(t.Versions, Version{Constraint: text, At: e.At, Source: e.Source})
	}
	d.m.Tools = append(d.m.Tools, t)
}
