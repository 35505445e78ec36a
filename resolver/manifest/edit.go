package manifest

import (
	"bytes"
	"fmt"
	"reflect"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"
)

// SetTool gives tool the constraints, the default first, and returns the edited
// file. Only the bytes of its value change; a tool that was not there is added
// behind the last of its table. The error is Parse's where data is no manifest,
// and an *EditError where the file is written in a way that has no safe edit.
func SetTool(file string, data []byte, tool string, constraints ...string) ([]byte, error) {
	before, root, err := parseForEdit(file, data)
	if err != nil {
		return nil, err
	}
	edited := insertTool(data, root, tool, quoteList(constraints))
	if n := find(root, "tools", tool); n != nil {
		if n.isTable() && n.kid("version") != nil {
			n = n.kid("version")
		}
		edited = replace(data, n.value, quoteList(constraints))
	}
	want := withTool(before.Tools, tool, constraints)
	return checked(file, data, edited, before, want, "set "+tool)
}

// RemoveTool removes tool and returns the edited file; the same bytes if the
// tool is not there. The comment on the tool's own line goes with it. Errors
// are SetTool's.
func RemoveTool(file string, data []byte, tool string) ([]byte, error) {
	before, root, err := parseForEdit(file, data)
	if err != nil {
		return nil, err
	}
	n := find(root, "tools", tool)
	if n == nil {
		return data, nil
	}
	var edited []byte
	tools := root.kid("tools")
	if tools.kind == unstable.InlineTable {
		edited = replace(data, itemSpan(data, n.expr), "")
	} else {
		edited = removeLines(data, n)
	}
	return checked(file, data, edited, before, withTool(before.Tools, tool, nil), "remove "+tool)
}

// New is the text of a new manifest with the given tools.
func New(tools []Tool) []byte {
	var b strings.Builder
	b.WriteString("[tools]\n")
	for _, t := range tools {
		fmt.Fprintf(&b, "%s = %s\n", t.Name, quoteList(t.constraints()))
	}
	return []byte(b.String())
}

// EditError says that a file cannot be edited safely, and has to be by hand.
type EditError struct {
	File string
	Edit string // "set node"
}

func (e *EditError) Error() string {
	return fmt.Sprintf("%s: no way to %s that leaves the rest of the file as it is", e.File, e.Edit)
}

// Hint is the next step.
func (e *EditError) Hint() string { return "edit [tools] in " + e.File + " by hand" }

func parseForEdit(file string, data []byte) (*Manifest, *node, error) {
	m, err := Parse(file, data, nil)
	if err != nil {
		return nil, nil, err
	}
	root, err := parseTree(file, data)
	return m, root, err
}

// checked returns edited if it says what before said, with want for tools.
func checked(file string, data, edited []byte, before *Manifest, want map[string][]string, edit string) ([]byte, error) {
	after, err := Parse(file, edited, nil)
	if err != nil || !reflect.DeepEqual(constraintsOf(after.Tools), want) || !sameBeyondTools(before, after) {
		return nil, &EditError{File: file, Edit: edit}
	}
	return edited, nil
}

func (t Tool) constraints() []string {
	var all []string
	for _, v := range t.Versions {
		all = append(all, v.Constraint)
	}
	return all
}

func constraintsOf(tools []Tool) map[string][]string {
	all := map[string][]string{}
	for _, t := range tools {
		all[t.Name] = t.constraints()
	}
	return all
}

// withTool is what tools shall say after an edit; no constraints: without tool.
func withTool(tools []Tool, tool string, constraints []string) map[string][]string {
	all := constraintsOf(tools)
	delete(all, tool)
	if len(constraints) > 0 {
		all[tool] = constraints
	}
	return all
}

// sameBeyondTools compares what two manifests say, but for tools and places.
func sameBeyondTools(a, b *Manifest) bool {
	variables := func(x, y Variable) bool {
		return x.Name == y.Name && x.Value == y.Value && x.Unset == y.Unset && slices.Equal(x.Elements, y.Elements)
	}
	scripts := func(x, y Script) bool {
		return x.Name == y.Name && x.Run == y.Run && x.Description == y.Description
	}
	return a.Root == b.Root && a.HasRead == b.HasRead && slices.Equal(a.Read, b.Read) && a.Hooks == b.Hooks &&
		slices.EqualFunc(a.Env, b.Env, variables) && slices.EqualFunc(a.Scripts, b.Scripts, scripts)
}

// insertTool adds a tool that is not there: into the inline table, behind the
// last key below [tools], behind the last dotted tools.x, or as a new section.
func insertTool(data []byte, root *node, tool, value string) []byte {
	nl := newline(data)
	line := tool + " = " + value
	tools := root.kid("tools")
	switch {
	case tools == nil || tools.kind != unstable.InlineTable && len(tools.headers) == 0 && lastKey(tools) == nil:
		sep := nl
		if len(data) == 0 || bytes.HasSuffix(data, []byte(nl+nl)) {
			sep = ""
		} else if !bytes.HasSuffix(data, []byte("\n")) {
			sep = nl + nl
		}
		return append(slices.Clone(data), []byte(sep+"[tools]"+nl+line+nl)...)
	case tools.kind == unstable.InlineTable && len(tools.kids) == 0:
		return replace(data, tools.value, "{ "+line+" }")
	case tools.kind == unstable.InlineTable:
		end := tools.kids[len(tools.kids)-1].expr.end
		return replace(data, span{end, end}, ", "+line)
	case len(tools.headers) == 0:
		return insertBehind(data, lastKey(tools).expr.end, "tools."+line)
	default:
		at := tools.headers[0].start
		if last := lastKey(tools); last != nil {
			at = last.expr.end
			line = indentation(data, last.expr.start) + line
		}
		return insertBehind(data, at, line)
	}
}

// lastKey is the key of the table that is written last with = in it; tables
// below it that have headers of their own do not count.
func lastKey(table *node) *node {
	var last *node
	for _, kid := range table.kids {
		candidate := kid
		if kid.kind == unstable.Table {
			if len(kid.headers) > 0 {
				continue
			}
			candidate = lastKey(kid)
		}
		if candidate != nil && (last == nil || candidate.expr.end > last.expr.end) {
			last = candidate
		}
	}
	return last
}

// insertBehind adds a line behind the one that holds offset i.
func insertBehind(data []byte, i int, line string) []byte {
	nl := newline(data)
	end := lineAt(data, i).end
	if end > 0 && data[end-1] == '\n' {
		return replace(data, span{end, end}, line+nl)
	}
	return replace(data, span{end, end}, nl+line)
}

// removeLines removes the lines of n: its key and value, or its own table.
func removeLines(data []byte, n *node) []byte {
	var cuts []span
	var collect func(*node)
	collect = func(n *node) {
		cuts = append(cuts, n.headers...)
		if n.expr.end > 0 {
			cuts = append(cuts, span{lineAt(data, n.expr.start).start, lineAt(data, n.expr.end).end})
			return
		}
		for _, kid := range n.kids {
			collect(kid)
		}
	}
	collect(n)
	slices.SortFunc(cuts, func(a, b span) int { return b.start - a.start })
	for _, cut := range cuts {
		data = replace(data, cut, "")
	}
	return data
}

// itemSpan is an item of an inline table with the comma that has to go with it.
func itemSpan(data []byte, item span) span {
	end := skipBlanks(data, item.end)
	if data[end] == ',' {
		return span{item.start, skipBlanks(data, end+1)}
	}
	start := item.start
	for start > 0 && isBlank(data[start-1]) {
		start--
	}
	if data[start-1] == ',' {
		return span{start - 1, item.end}
	}
	return item
}

func skipBlanks(data []byte, i int) int {
	for i < len(data) && isBlank(data[i]) {
		i++
	}
	return i
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' || c == '\r' || c == '\n' }

// indentation is the white space that the line of offset i begins with.
func indentation(data []byte, i int) string {
	line := data[lineAt(data, i).start:i]
	return string(line[:len(line)-len(bytes.TrimLeft(line, " \t"))])
}

// newline is the file's line ending: that of its first line.
func newline(data []byte) string {
	if i := bytes.IndexByte(data, '\n'); i > 0 && data[i-1] == '\r' {
		return "\r\n"
	}
	return "\n"
}

// replace is data with text in place of s.
func replace(data []byte, s span, text string) []byte {
	return slices.Concat(data[:s.start], []byte(text), data[s.end:])
}

// find walks the tree.
func find(n *node, path ...string) *node {
	for _, name := range path {
		if n = n.kid(name); n == nil {
			return nil
		}
	}
	return n
}

// quoteList is one constraint as a TOML string, several as a list.
func quoteList(constraints []string) string {
	var all []string
	for _, c := range constraints {
		all = append(all, quote(c))
	}
	if len(all) == 1 {
		return all[0]
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// quote is s as a basic TOML string.
func quote(s string) string {
	var b strings.Builder
	b.WriteByte('"')
	for _, r := range s {
		switch {
		case r == '"' || r == '\\':
			b.WriteByte('\\')
			b.WriteRune(r)
		case r < ' ' || r == 0x7f:
			fmt.Fprintf(&b, `\u%04X`, r)
		default:
			b.WriteRune(r)
		}
	}
	b.WriteByte('"')
	return b.String()
}
