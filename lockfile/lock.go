package lockfile

// Version is the version of the format that is written. Versions from
// oldestVersion on are read.
const (
	Version       = 7
	oldestVersion = 5
)

// A Lock is the graph of a lock file.
type Lock struct {
	Root  string           // the key of the root node
	Nodes map[string]*Node // by key; the root is among them
	Extra Attrs            // attributes beside "nodes", "root" and "version", unknown to this package
}

// A Node is one pinned thing. All that a node holds is printed; nil fields are left out.
type Node struct {
	Inputs   map[string]Edge // by the name the node's own declaration gives them
	Locked   Attrs           // the pin; nil for the root
	Original Attrs           // what the declaration asked for; nil for the root
	Flake    *bool           // Nix writes it only where it is false: a source tree, not a flake
	Parent   []string        // the input path that a relative path is relative to (Nix 2.26 and newer)
	Extra    Attrs           // further attributes, unknown to this package
}

// An Edge leads from a node to one of its inputs: to the node with the key
// Node, or, where Node is empty, along the inputs that Follows names, from the
// root. An empty Follows path is the root itself.
type Edge struct {
	Node    string
	Follows []string
}

// Attrs is a JSON object: of a node's pin or of what is unknown to this
// package. Its values are string, bool, nil, int64, uint64 (above int64's
// range), float64, []any and map[string]any. Those that the program puts there
// may also be int.
type Attrs map[string]any

// New returns the lock of a project without inputs.
func New() *Lock {
	return &Lock{Root: "root", Nodes: map[string]*Node{"root": {}}}
}

// Input walks along the names in path from the root, through follows paths
// too, and returns the key of the node it arrives at. The empty path is the
// root. It is false where an input is missing or follows itself.
func (l *Lock) Input(path ...string) (key string, ok bool) {
	w := walker{lock: l, seen: map[edgeID]walkResult{}}
	r := w.walk(path)
	return r.key, r.problem == none
}
