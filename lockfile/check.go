package lockfile

import (
	"maps"
	"slices"
	"strings"
)

func sortedKeys[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// check holds what a lock must be beside its types: the edges lead somewhere
// and never in a circle, and tools have a complete pin.
func (r *reader) check(l *Lock) error {
	if l.Nodes[l.Root] == nil {
		return r.fail("root", "the root node %q does not exist", l.Root)
	}
	w := &walker{lock: l, seen: map[edgeID]walkResult{}}
	for _, key := range sortedKeys(l.Nodes) {
		if err := r.checkEdges(w, key); err != nil {
			return err
		}
	}
	if err := r.checkCircles(l); err != nil {
		return err
	}
	_, err := r.tools(l)
	return err
}

func (r *reader) checkEdges(w *walker, key string) error {
	inputs := w.lock.Nodes[key].Inputs
	for _, name := range sortedKeys(inputs) {
		path := member(member(member("nodes", key), "inputs"), name)
		edge := inputs[name]
		if edge.Node != "" {
			if w.lock.Nodes[edge.Node] == nil {
				return r.fail(path, "%s refers to the node %q, which does not exist", path, edge.Node)
			}
			continue
		}
		switch result := w.step(key, name); result.problem {
		case dangling:
			return r.fail(path, "%s follows %s, but there is no input %s", path, shown(edge.Follows), shown(result.at))
		case circular:
			return r.fail(path, "%s follows %s, which leads back to %s", path, shown(edge.Follows), shown(result.at))
		}
	}
	return nil
}

// checkCircles refuses nodes that are inputs of themselves, over however many
// others. Follows paths may lead back up: they say which node, not what it needs.
func (r *reader) checkCircles(l *Lock) error {
	done := map[string]bool{}
	var open []string
	var visit func(key string) error
	isOpen := map[string]bool{}
	visit = func(key string) error {
		if isOpen[key] {
			var circle []string
			for _, node := range append(open[slices.Index(open, key):], key) {
				circle = append(circle, plain(node))
			}
			return r.fail(member("nodes", key), "nodes are inputs of each other in a circle: %s",
				strings.Join(circle, " → "))
		}
		if done[key] {
			return nil
		}
		done[key] = true
		open, isOpen[key] = append(open, key), true
		inputs := l.Nodes[key].Inputs
		for _, name := range sortedKeys(inputs) {
			if next := inputs[name].Node; next != "" {
				if err := visit(next); err != nil {
					return err
				}
			}
		}
		open, isOpen[key] = open[:len(open)-1], false
		return nil
	}
	for _, key := range sortedKeys(l.Nodes) {
		if err := visit(key); err != nil {
			return err
		}
	}
	return nil
}
