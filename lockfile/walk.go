package lockfile

// A walker follows input paths from the root of a lock. It goes along every
// edge once, so that a hostile lock costs no more than an honest one.
type walker struct {
	lock *Lock
	seen map[edgeID]walkResult
}

type edgeID struct{ node, input string }

// A walkResult is the key of the node arrived at, or what was in the way.
type walkResult struct {
	key     string
	problem problem
	at      []string // the path up to the missing input, or the one that comes back to itself
}

type problem int

const (
	none     problem = iota
	dangling         // an input on the way does not exist
	circular         // a follows path comes back to itself
)

func (w *walker) walk(path []string) walkResult {
	key := w.lock.Root
	for i, name := range path {
		next := w.step(key, name)
		if next.problem != none {
			if next.problem == dangling && next.at == nil {
				next.at = path[:i+1]
			}
			return next
		}
		key = next.key
	}
	return walkResult{key: key}
}

// step goes along one edge.
func (w *walker) step(node, input string) walkResult {
	id := edgeID{node, input}
	if r, ok := w.seen[id]; ok {
		return r
	}
	var edge Edge
	ok := false
	if n := w.lock.Nodes[node]; n != nil {
		edge, ok = n.Inputs[input]
	}
	switch {
	case !ok:
		return walkResult{problem: dangling}
	case edge.Node != "":
		return walkResult{key: edge.Node}
	}
	w.seen[id] = walkResult{problem: circular, at: edge.Follows} // while it is being walked
	r := w.walk(edge.Follows)
	w.seen[id] = r
	return r
}
