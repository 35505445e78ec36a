package lockfile

import (
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
)

// Bytes prints the lock as Nix does: two spaces per level, keys sorted by
// their bytes, strings as UTF-8 with only quotes, backslashes and control
// characters escaped, and a newline at the end.
func (l *Lock) Bytes() []byte {
	top := map[string]any{}
	maps.Copy(top, l.Extra)
	nodes := make(map[string]any, len(l.Nodes))
	for key, node := range l.Nodes {
		nodes[key] = node.object()
	}
	top["nodes"], top["root"], top["version"] = nodes, l.Root, Version
	return append(appendValue(nil, top, "\n"), '\n')
}

// object is the node as it is printed.
func (n *Node) object() map[string]any {
	object := map[string]any{}
	maps.Copy(object, n.Extra)
	if len(n.Inputs) > 0 {
		inputs := make(map[string]any, len(n.Inputs))
		for name, edge := range n.Inputs {
			inputs[name] = edge.value()
		}
		object["inputs"] = inputs
	}
	if n.Locked != nil {
		object["locked"] = map[string]any(n.Locked)
	}
	if n.Original != nil {
		object["original"] = map[string]any(n.Original)
	}
	if n.Flake != nil {
		object["flake"] = *n.Flake
	}
	if n.Parent != nil {
		object["parent"] = list(n.Parent)
	}
	return object
}

func (e Edge) value() any {
	if e.Node != "" {
		return e.Node
	}
	return list(e.Follows)
}

func list(names []string) []any {
	values := make([]any, len(names))
	for i, name := range names {
		values[i] = name
	}
	return values
}

// appendValue prints v. indent is the line break and the spaces before the
// line that v ends on.
func appendValue(b []byte, v any, indent string) []byte {
	switch v := v.(type) {
	case map[string]any:
		return appendObject(b, v, indent)
	case Attrs:
		return appendObject(b, v, indent)
	case []any:
		if len(v) == 0 {
			return append(b, "[]"...)
		}
		separator := "["
		for _, element := range v {
			b = append(append(append(b, separator...), indent...), "  "...)
			b = appendValue(b, element, indent+"  ")
			separator = ","
		}
		return append(append(b, indent...), ']')
	case string:
		return appendString(b, v)
	case bool:
		return strconv.AppendBool(b, v)
	case int:
		return strconv.AppendInt(b, int64(v), 10)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case uint64:
		return strconv.AppendUint(b, v, 10)
	case float64:
		return appendFloat(b, v)
	default: // only nil is left of what Attrs may hold
		return append(b, "null"...)
	}
}

func appendObject(b []byte, object map[string]any, indent string) []byte {
	if len(object) == 0 {
		return append(b, "{}"...)
	}
	separator := "{"
	for _, key := range slices.Sorted(maps.Keys(object)) {
		b = append(append(append(b, separator...), indent...), "  "...)
		b = append(appendString(b, key), ": "...)
		b = appendValue(b, object[key], indent+"  ")
		separator = ","
	}
	return append(append(b, indent...), '}')
}

const escaped = "\b\f\n\r\t\"\\"
const escapes = `bfnrt"\`

// appendString prints s in quotes. Bytes that are not UTF-8, which Nix refuses
// to print, become U+FFFD.
func appendString(b []byte, s string) []byte {
	b = append(b, '"')
	for _, r := range s {
		switch i := strings.IndexRune(escaped, r); {
		case i >= 0:
			b = append(b, '\\', escapes[i])
		case r < ' ':
			b = append(b, '\\', 'u', '0', '0', "0123456789abcdef"[r>>4], "0123456789abcdef"[r&15])
		default:
			b = append(b, string(r)...)
		}
	}
	return append(b, '"')
}

// appendFloat prints f as nlohmann's library does: the shortest digits that
// give f again, with a point between 1e-4 and 1e15 and an exponent beyond.
func appendFloat(b []byte, f float64) []byte {
	switch abs := math.Abs(f); {
	case math.IsNaN(f) || math.IsInf(f, 0):
		return append(b, "null"...)
	case abs == 0 || abs >= 1e-4 && abs < 1e15:
		start := len(b)
		b = strconv.AppendFloat(b, f, 'f', -1, 64)
		if !strings.Contains(string(b[start:]), ".") {
			b = append(b, ".0"...)
		}
		return b
	default:
		return strconv.AppendFloat(b, f, 'e', -1, 64)
	}
}
