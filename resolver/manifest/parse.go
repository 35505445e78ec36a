package manifest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"

	"github.com/pelletier/go-toml/v2/unstable"

	"devenv/resolver/source"
	"devenv/resolver/versionfile"
)

// Parse reads a manifest. Positions carry file as it is given. tools are the
// names that [tools] may hold; nil allows every well-formed name.
//
// The error is a *source.Error where data is not TOML, else source.Errors with
// every mistake in the file's order.
func Parse(file string, data []byte, tools []string) (*Manifest, error) {
	root, err := parseTree(file, data)
	if err != nil {
		return nil, err
	}
	d := &decoder{file: file, data: data, toolNames: tools}
	d.document(root)
	if len(d.errs) > 0 {
		slices.SortStableFunc(d.errs, func(a, b *source.Error) int {
			return cmp.Or(a.At.Line-b.At.Line, a.At.Column-b.At.Column)
		})
		return nil, d.errs
	}
	return &d.m, nil
}

// decoder holds a tree against what a manifest may say.
type decoder struct {
	file      string
	data      []byte
	toolNames []string
	m         Manifest
	errs      source.Errors
}

// document reads the top level.
func (d *decoder) document(root *node) {
	for _, n := range root.kids {
		switch n.name {
		case "root":
			d.m.Root = d.boolean(n, "root = true")
		case "read":
			d.read(n)
		case "tools":
			d.table(n, `node = "24"`, d.tool)
		case "env":
			d.table(n, `GREETING = "hello"`, d.variable)
		case "scripts":
			d.table(n, `build = "npm run build"`, d.script)
		case "hooks":
			d.table(n, `enter = "echo hello"`, d.hook)
		default:
			d.unknown(n, "", "root", "read", "tools", "env", "scripts", "hooks")
		}
	}
}

// table applies each to the keys of a section.
func (d *decoder) table(n *node, example string, each func(*node)) {
	if !n.isTable() {
		d.wrong(n, "a table", fmt.Sprintf("[%s]\n%s", n.name, example))
		return
	}
	for _, kid := range n.kids {
		each(kid)
	}
}

// read reads the list of version files that count.
func (d *decoder) read(n *node) {
	d.m.HasRead = true
	for _, item := range d.strings(n, `read = [".nvmrc", "go.mod"]`) {
		switch {
		case !versionfile.Known(item.text):
			e := d.errorf(item.value, "%q is not a version file that devenv reads", item.text)
			e.Fix = didYouMean(item.text, versionfile.Names())
		case slices.Contains(d.m.Read, item.text):
			d.errorf(item.value, "%s is named twice", item.text).Fixed("remove one of the two")
		default:
			d.m.Read = append(d.m.Read, item.text)
		}
	}
}

// hook reads one key of [hooks].
func (d *decoder) hook(n *node) {
	var at *string
	switch n.name {
	case "enter":
		at = &d.m.Hooks.Enter
	case "leave":
		at = &d.m.Hooks.Leave
	default:
		d.unknown(n, "hooks", "enter", "leave")
		return
	}
	if text, ok := d.text(n, fmt.Sprintf(`%s = "echo hello"`, n.name)); ok && d.passable(n, len(text)) {
		*at = text
	}
}

// boolean is the value of n, which must be one.
func (d *decoder) boolean(n *node, example string) bool {
	if n.kind != unstable.Bool {
		d.wrong(n, "true or false", example)
	}
	return n.text == "true"
}

// text is the value of n, which must be a string without NUL.
func (d *decoder) text(n *node, example string) (string, bool) {
	if n.kind != unstable.String {
		d.wrong(n, "a string", example)
		return "", false
	}
	if strings.Contains(n.text, "\x00") {
		d.errorf(n.value, "%s contains a NUL character, which no program can be given", n.name).Fixed("remove the \\u0000")
		return "", false
	}
	return n.text, true
}

// strings are the items of n, which must be an array of strings without NUL.
func (d *decoder) strings(n *node, example string) []*node {
	if n.kind != unstable.Array {
		d.wrong(n, "a list of strings", example)
		return nil
	}
	var items []*node
	for _, item := range n.kids {
		item.name = n.name
		if _, ok := d.text(item, example); ok {
			items = append(items, item)
		}
	}
	return items
}

// maxArg is what Linux allows a single argument or variable to occupy, with its
// terminating NUL (MAX_ARG_STRLEN).
const maxArg = 128 << 10

// passable reports whether n's value, size bytes as the kernel counts them, can
// be handed to a program.
func (d *decoder) passable(n *node, size int) bool {
	if size+1 <= maxArg {
		return true
	}
	d.errorf(n.key, "%s is %d bytes long, and Linux passes at most %d to a program", n.name, size, maxArg-1).
		Fixed("keep the text in a file, and its path here")
	return false
}

// errorf records a mistake at s.
func (d *decoder) errorf(s span, format string, args ...any) *source.Error {
	e := source.Errorf(d.file, d.data, s.start, s.end-s.start, format, args...)
	d.errs = append(d.errs, e)
	return e
}

// note records something to tell at s.
func (d *decoder) note(s span, format string, args ...any) {
	d.m.Notes = append(d.m.Notes, Note{At: d.at(s), Text: fmt.Sprintf(format, args...)})
}

func (d *decoder) at(s span) source.Position { return source.At(d.file, d.data, s.start) }

// unknown records a key that section may not have.
func (d *decoder) unknown(n *node, section string, valid ...string) {
	where := "devenv.toml"
	if section != "" {
		where = "[" + section + "]"
	}
	d.errorf(n.key, "%s has no key %q", where, n.name).Fix = didYouMean(n.name, valid)
}

// wrong records that n is of another type than expected.
func (d *decoder) wrong(n *node, expected, example string) {
	at := n.value
	if at.end == 0 {
		at = n.key
	}
	d.errorf(at, "%s is %s, and should be %s", n.name, kindName(n.kind), expected).Fixed("for example: %s", example)
}

// didYouMean is the next step for a name that is none of valid.
func didYouMean(name string, valid []string) string {
	if near := source.Nearest(name, valid); near != "" {
		return fmt.Sprintf("did you mean %s?", near)
	}
	return "valid are: " + strings.Join(valid, ", ")
}

func kindName(k unstable.Kind) string {
	switch k {
	case unstable.Table, unstable.InlineTable:
		return "a table"
	case unstable.Array:
		return "a list"
	case unstable.String:
		return "a string"
	case unstable.Bool:
		return "a boolean"
	case unstable.Integer:
		return "an integer"
	case unstable.Float:
		return "a float"
	default:
		return "a date or time"
	}
}

// excerpt is the place of s and its line.
func (d *decoder) excerpt(s span) *source.Error {
	return source.Errorf(d.file, d.data, s.start, s.end-s.start, "")
}
