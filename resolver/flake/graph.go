package flake

import (
	"fmt"
	"maps"
	"slices"
	"strings"

	"devenv/lockfile"
	"devenv/resolver/flakeref"
)

// A node is a locked input, or the root, which is no input. Unlike in a
// lockfile.Lock nodes have no names, so that inputs can be added and dropped.
type node struct {
	inputs   map[string]edge
	locked   flakeref.Ref // both are zero for the root
	original flakeref.Ref
	source   bool      // flake = false
	parent   InputPath // what a relative path is relative to; nil elsewhere
}

// An edge leads to a node, or where that is nil along a path from the root.
type edge struct {
	node    *node
	follows InputPath
}

// An input is an edge and how it is reached.
type input struct {
	path InputPath
	edge edge
}

func newNode() *node { return &node{inputs: map[string]edge{}} }

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// A lockReader makes nodes of a lock's. What nothing refers to is not read.
type lockReader struct {
	lock   *lockfile.Lock
	file   string
	nodes  map[string]*node
	notice func(string)
}

// graphOf reads a lock. notice hears of entries that are poorly locked. Errors
// name the file.
func graphOf(l *lockfile.Lock, file string, notice func(string)) (*node, error) {
	r := &lockReader{lock: l, file: file, nodes: map[string]*node{}, notice: notice}
	root := newNode()
	r.nodes[l.Root] = root
	return root, r.inputs(root, l.Nodes[l.Root])
}

func (r *lockReader) inputs(n *node, from *lockfile.Node) error {
	for _, name := range sortedKeys(from.Inputs) {
		e := from.Inputs[name]
		if e.Node == "" {
			n.inputs[name] = edge{follows: InputPath(e.Follows)}
			continue
		}
		child, err := r.node(e.Node)
		if err != nil {
			return err
		}
		n.inputs[name] = edge{node: child}
	}
	return nil
}

func (r *lockReader) node(key string) (*node, error) {
	if n := r.nodes[key]; n != nil {
		return n, nil
	}
	from := r.lock.Nodes[key]
	n := newNode()
	r.nodes[key] = n
	var err error
	if n.locked, err = flakeref.FromAttrs(flakeref.Attrs(from.Locked)); err != nil {
		return nil, r.wrong(key, err)
	}
	if n.original, err = flakeref.FromAttrs(flakeref.Attrs(from.Original)); err != nil {
		return nil, r.wrong(key, err)
	}
	n.source = from.Flake != nil && !*from.Flake
	if from.Parent != nil {
		n.parent = InputPath(from.Parent)
	}
	if err := r.checkLocked(key, n); err != nil {
		return nil, err
	}
	return n, r.inputs(n, from)
}

func (r *lockReader) wrong(key string, err error) error {
	return &Error{Fact: fmt.Sprintf("%s: the entry %q: %v", r.file, key, err), Next: "lock that input anew: devenv lock --update " + key, Err: err}
}

// checkLocked refuses entries that do not say which tree they mean.
func (r *lockReader) checkLocked(key string, n *node) error {
	if _, relative := n.locked.Relative(); n.locked.Locked() || relative {
		return nil
	}
	if n.locked.Text("narHash") == "" {
		return &Error{
			Fact: fmt.Sprintf("%s: the entry %q is not locked: %s", r.file, key, n.locked),
			Next: "lock that input anew: devenv lock --update " + key,
		}
	}
	r.notice(fmt.Sprintf("%s: the entry %q (%s) is held by its hash alone: nobody else can fetch it, and it is lost with the store's copy", r.file, key, n.locked))
	return nil
}

// orphans are the entries of a lock that nothing refers to.
func orphans(l *lockfile.Lock) []string {
	seen := map[string]bool{}
	var visit func(key string)
	visit = func(key string) {
		if seen[key] || l.Nodes[key] == nil {
			return
		}
		seen[key] = true
		for _, e := range l.Nodes[key].Inputs {
			visit(e.Node)
		}
	}
	visit(l.Root)
	return slices.DeleteFunc(sortedKeys(l.Nodes), func(key string) bool { return seen[key] })
}

// A lockWriter names nodes.
type lockWriter struct {
	lock *lockfile.Lock
	keys map[*node]string
}

// lockOf is the graph as a lock file has it: a node is called as the first
// input that leads to it, with a number if the name is taken.
func lockOf(root *node) (*lockfile.Lock, map[*node]string) {
	w := &lockWriter{lock: &lockfile.Lock{Nodes: map[string]*lockfile.Node{}}, keys: map[*node]string{}}
	w.lock.Root = w.add("root", root)
	return w.lock, w.keys
}

func (w *lockWriter) add(name string, n *node) string {
	if key, ok := w.keys[n]; ok {
		return key
	}
	key := name
	for i := 2; w.lock.Nodes[key] != nil; i++ {
		key = fmt.Sprintf("%s_%d", name, i)
	}
	w.keys[n] = key
	out := &lockfile.Node{}
	w.lock.Nodes[key] = out
	for _, name := range sortedKeys(n.inputs) {
		if out.Inputs == nil {
			out.Inputs = map[string]lockfile.Edge{}
		}
		if e := n.inputs[name]; e.node != nil {
			out.Inputs[name] = lockfile.Edge{Node: w.add(name, e.node)}
		} else {
			out.Inputs[name] = lockfile.Edge{Follows: e.follows}
		}
	}
	if n.original.IsZero() {
		return key
	}
	out.Locked, out.Original = lockfile.Attrs(n.locked.Attrs()), lockfile.Attrs(n.original.Attrs())
	if n.source {
		isFlake := false
		out.Flake = &isFlake
	}
	out.Parent = n.parent
	return key
}

// find walks from the root; nil where there is no such input.
func (root *node) find(path InputPath) (*node, error) { return root.walk(path, nil) }

func (root *node) walk(path InputPath, visited []InputPath) (*node, error) {
	for i, before := range visited {
		if slices.Equal(before, path) {
			return nil, circle(append(visited[i:], path))
		}
	}
	visited = append(visited, path)
	at := root
	for _, name := range path {
		e, ok := at.inputs[name]
		if !ok {
			return nil, nil
		}
		at = e.node
		if at == nil {
			next, err := root.walk(e.follows, visited)
			if next == nil || err != nil {
				return nil, err
			}
			at = next
		}
	}
	return at, nil
}

func circle(paths []InputPath) error {
	texts := make([]string, len(paths))
	for i, p := range paths {
		texts[i] = p.String()
	}
	return &Error{
		Fact: "inputs follow each other in a circle: " + strings.Join(texts, " → "),
		Next: "give one of them a url instead of follows",
	}
}

// all are the inputs by their paths. What is reached twice is gone into once.
func (root *node) all() map[string]input {
	done := map[*node]bool{}
	found := map[string]input{}
	var visit func(prefix InputPath, n *node)
	visit = func(prefix InputPath, n *node) {
		if done[n] {
			return
		}
		done[n] = true
		for _, name := range sortedKeys(n.inputs) {
			path, e := prefix.Child(name), n.inputs[name]
			if _, ok := found[path.String()]; !ok {
				found[path.String()] = input{path, e}
			}
			if e.node != nil {
				visit(path, e.node)
			}
		}
	}
	visit(nil, root)
	return found
}
