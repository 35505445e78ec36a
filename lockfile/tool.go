package lockfile

import (
	"cmp"
	"slices"
	"strconv"
)

// A Tool is a pinned toolchain. The same Tool gives the same tree everywhere.
type Tool struct {
	Name       string // "node"; a lower-case word
	Constraint string // as declared: ">=3.11,<3.13"
	Version    string // what was chosen for it: "3.12.8"
	Source     string // SourceNPM, SourceGoproxy, SourcePublisher or SourceMirror
	Platforms  map[string]Platform
}

// The sources of tools.
const (
	SourceNPM       = "npm"       // packages of the npm registry that the machine is configured for
	SourceGoproxy   = "goproxy"   // modules of the Go proxy that the machine is configured for
	SourcePublisher = "publisher" // the archives that the tool's authors publish
	SourceMirror    = "mirror"    // the same archives from where the user said
)

// Systems are the systems that a tool can be pinned for, as Nix names them.
func Systems() []string {
	return []string{"aarch64-darwin", "aarch64-linux", "x86_64-darwin", "x86_64-linux"}
}

// A Platform is a tool's pin for one system.
type Platform struct {
	Parts   []Part // at least one; the tree is assembled from them in this order
	NarHash string // of the assembled tree, SRI with SHA-256; empty until it was realised on that system
}

// A Part is an archive.
type Part struct {
	URL  string // "https://…", "npm:<package>@<version>", "goproxy:<module>@<version>"; of mirrors also http and file
	Hash string // SRI; of a goproxy part the checksum database's "h1:…"
	Size int64  // of the archive in bytes; 0 where the source does not tell
}

const toolType = "tool"

func (n *Node) isTool() bool { return n.Locked["type"] == toolType }

// Tools returns the tools among the root's inputs, sorted by name; several
// versions of one tool in the order they were set in. The error is an *Error
// of no file; a lock that was parsed and not changed since has none.
func (l *Lock) Tools() ([]Tool, error) {
	return (&reader{}).tools(l)
}

// toolInputs are the root's inputs that are tools: python, python_2, …
func (l *Lock) toolInputs() []string {
	root := l.Nodes[l.Root]
	if root == nil {
		return nil
	}
	var inputs []string
	for input, edge := range root.Inputs {
		if node := l.Nodes[edge.Node]; node != nil && node.isTool() {
			inputs = append(inputs, input)
		}
	}
	slices.SortFunc(inputs, func(a, b string) int { // python_2 before python_10
		return cmp.Or(cmp.Compare(len(a), len(b)), cmp.Compare(a, b))
	})
	return inputs
}

// SetTools makes tools the only tools of the lock, and leaves everything else
// as it is. The order of several versions of one tool is kept.
func (l *Lock) SetTools(tools []Tool) {
	root := l.Nodes[l.Root]
	for _, input := range l.toolInputs() {
		delete(l.Nodes, root.Inputs[input].Node)
		delete(root.Inputs, input)
	}
	if root.Inputs == nil {
		root.Inputs = map[string]Edge{}
	}
	for _, tool := range tools {
		input := unused(root.Inputs, tool.Name)
		key := unused(l.Nodes, input)
		root.Inputs[input] = Edge{Node: key}
		l.Nodes[key] = tool.node()
	}
}

// unused returns name, or name_2, name_3, …: the first that is no key of
// taken. Nix numbers the nodes of a lock in this way.
func unused[V any](taken map[string]V, name string) string {
	key := name
	for n := 2; ; n++ {
		if _, ok := taken[key]; !ok {
			return key
		}
		key = name + "_" + strconv.Itoa(n)
	}
}

func (t Tool) node() *Node {
	platforms := make(map[string]any, len(t.Platforms))
	for system, platform := range t.Platforms {
		platforms[system] = platform.object()
	}
	flake := false
	return &Node{
		Flake: &flake,
		Locked: Attrs{
			"type": toolType, "name": t.Name, "version": t.Version,
			"source": t.Source, "platforms": platforms,
		},
		Original: Attrs{"type": toolType, "name": t.Name, "constraint": t.Constraint},
	}
}

func (p Platform) object() map[string]any {
	parts := make([]any, len(p.Parts))
	for i, part := range p.Parts {
		object := map[string]any{"url": part.URL, "hash": part.Hash}
		if part.Size != 0 {
			object["size"] = part.Size
		}
		parts[i] = object
	}
	object := map[string]any{"parts": parts}
	if p.NarHash != "" {
		object["narHash"] = p.NarHash
	}
	return object
}
