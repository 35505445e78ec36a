package manifest

import (
	"bytes"
	"errors"
	"slices"

	"github.com/BurntSushi/toml"
	"github.com/pelletier/go-toml/v2/unstable"

	"devenv/resolver/source"
)

// maxSize bounds a manifest in bytes. A file of nothing but keys would otherwise
// keep a background process busy for hours.
const maxSize = 256 << 10

// span is a part of the file.
type span struct{ start, end int }

// node is a value of the file and where it stands. Tables that are written in
// several places (headers, dotted keys) are one node.
type node struct {
	name  string
	key   span          // the part of a key that names it
	value span          // scalars, arrays and inline tables: the value
	expr  span          // key = value: all of it, without comment; zero for tables by header
	kind  unstable.Kind // Table stands for all tables that are not inline
	text  string        // scalars: the value of a string, the source of others
	kids  []*node       // tables: by key in the file's order; arrays: the items

	// headers are the [a.b] lines that open this very table.
	headers []span
}

// kid finds the child of a table by name.
func (n *node) kid(name string) *node {
	for _, k := range n.kids {
		if k.name == name {
			return k
		}
	}
	return nil
}

// isTable reports whether n has keys.
func (n *node) isTable() bool { return n.kind == unstable.Table || n.kind == unstable.InlineTable }

// parseTree checks that data is TOML and gives its tree. The error is a
// *source.Error.
func parseTree(file string, data []byte) (*node, error) {
	if len(data) > maxSize {
		return nil, source.Errorf(file, data, maxSize, 1, "larger than %d KiB, which no declaration is", maxSize>>10)
	}
	if err := source.CheckNesting(file, data); err != nil {
		return nil, err
	}
	if err := checkSyntax(file, data); err != nil {
		return nil, err
	}
	root := &node{kind: unstable.Table}
	t := treeReader{}
	t.parser.Reset(withoutMark(data))
	table := root
	for t.parser.NextExpression() {
		e := t.parser.Expression()
		switch e.Kind {
		case unstable.Table:
			parent, last := descend(root, e.Key())
			table = step(parent, last)
			table.headers = append(table.headers, lineAt(data, int(last.Raw.Offset)))
		case unstable.ArrayTable:
			parent, last := descend(root, e.Key())
			table = element(parent, last)
		case unstable.KeyValue:
			t.keyValue(table, e)
		}
	}
	if err := t.parser.Error(); err != nil {
		var p *unstable.ParserError
		if errors.As(err, &p) && p.Highlight != nil {
			at := t.parser.Range(p.Highlight)
			return nil, source.Errorf(file, data, int(at.Offset), int(at.Length), "%s", p.Message)
		}
		return nil, source.Errorf(file, data, 0, 0, "%v", err)
	}
	return root, nil
}

// checkSyntax reports why data is not TOML. BurntSushi/toml also sees keys that
// are defined twice, which the tree's parser does not.
func checkSyntax(file string, data []byte) error {
	if i := bytes.IndexByte(data, 0); i >= 0 {
		return source.Errorf(file, data, i, 1, "a NUL byte: this is not a text file")
	}
	var doc map[string]any
	_, err := toml.Decode(string(data), &doc)
	var parse toml.ParseError
	switch {
	case err == nil:
		return nil
	case errors.As(err, &parse):
		e := source.Errorf(file, data, parse.Position.Start, parse.Position.Len, "%s", parse.Message)
		if parse.Usage != "" {
			return e.Fixed("see https://toml.io/en/v1.0.0")
		}
		return e
	default:
		return source.Errorf(file, data, 0, 0, "%v", err)
	}
}

// withoutMark is data with blanks in place of a byte order mark, which the
// tree's parser does not know.
func withoutMark(data []byte) []byte {
	const mark = "\ufeff"
	if text, ok := bytes.CutPrefix(data, []byte(mark)); ok {
		return slices.Concat(bytes.Repeat([]byte{' '}, len(mark)), text)
	}
	return data
}

type treeReader struct{ parser unstable.Parser }

func rangeOf(r unstable.Range) span { return span{int(r.Offset), int(r.Offset + r.Length)} }

// descend walks a dotted key from n up to its last part, making tables that are
// not there yet.
func descend(n *node, key unstable.Iterator) (parent *node, last *unstable.Node) {
	for key.Next() {
		if last != nil {
			n = step(n, last)
		}
		last = key.Node()
	}
	return n, last
}

// step walks one part of a key; from an array of tables to its last table.
func step(n *node, part *unstable.Node) *node {
	next := n.kid(string(part.Data))
	if next == nil {
		next = &node{name: string(part.Data), key: rangeOf(part.Raw), kind: unstable.Table}
		n.kids = append(n.kids, next)
	}
	if next.kind == unstable.Array && len(next.kids) > 0 {
		return next.kids[len(next.kids)-1]
	}
	return next
}

// element adds a table to the array of tables that part names.
func element(parent *node, part *unstable.Node) *node {
	at := rangeOf(part.Raw)
	list := parent.kid(string(part.Data))
	if list == nil {
		list = &node{name: string(part.Data), key: at, value: at, kind: unstable.Array}
		parent.kids = append(parent.kids, list)
	}
	item := &node{name: list.name, key: at, value: at, kind: unstable.Table}
	list.kids = append(list.kids, item)
	return item
}

// keyValue adds key = value to table.
func (t *treeReader) keyValue(table *node, e *unstable.Node) {
	table, last := descend(table, e.Key())
	expr, key := rangeOf(e.Raw), rangeOf(last.Raw)
	v := t.value(e.Value())
	v.name, v.key, v.expr = string(last.Data), key, expr
	v.value = span{t.afterEquals(key.end), expr.end}
	table.kids = append(table.kids, v)
}

// value makes a node of an expression's value.
func (t *treeReader) value(e *unstable.Node) *node {
	n := &node{kind: e.Kind, text: string(e.Data), value: rangeOf(e.Raw)}
	switch e.Kind {
	case unstable.Array:
		for it := e.Children(); it.Next(); {
			n.kids = append(n.kids, t.value(it.Node()))
		}
		n.text = ""
	case unstable.InlineTable:
		for it := e.Children(); it.Next(); {
			t.keyValue(n, it.Node())
		}
		n.text = ""
	}
	return n
}

// afterEquals is where the value begins whose key ends at i.
func (t *treeReader) afterEquals(i int) int {
	data := t.parser.Data()
	for data[i] != '=' {
		i++
	}
	for i++; data[i] == ' ' || data[i] == '\t'; i++ {
	}
	return i
}

// lineAt is the whole line around offset i, with its line ending.
func lineAt(data []byte, i int) span {
	start := bytes.LastIndexByte(data[:i], '\n') + 1
	end := bytes.IndexByte(data[i:], '\n')
	if end < 0 {
		return span{start, len(data)}
	}
	return span{start, i + end + 1}
}
