package flake

import (
	"fmt"
	"slices"
	"strings"
	"time"
)

// A Change is what became of an input. Old is empty for one that is new, New
// for one that is gone.
type Change struct {
	Input    InputPath
	Old, New string // "'REFERENCE' (DATE)", or "follows 'PATH'"
}

// Changes are sorted by the inputs' paths.
type Changes []Change

// String tells of the changes as Nix does, each on its lines.
func (cs Changes) String() string {
	var b strings.Builder
	for _, c := range cs {
		switch {
		case c.Old == "":
			fmt.Fprintf(&b, "• Added input '%s':\n    %s\n", c.Input, c.New)
		case c.New == "":
			fmt.Fprintf(&b, "• Removed input '%s'\n", c.Input)
		default:
			fmt.Fprintf(&b, "• Updated input '%s':\n    %s\n  → %s\n", c.Input, c.Old, c.New)
		}
	}
	return b.String()
}

// diff says what changed from one graph to the other.
func diff(old, new *node) Changes {
	before, after := old.all(), new.all()
	var paths []InputPath
	for _, side := range []map[string]input{before, after} {
		for _, in := range side {
			paths = append(paths, in.path)
		}
	}
	slices.SortFunc(paths, func(a, b InputPath) int { return slices.Compare(a, b) })
	paths = slices.CompactFunc(paths, func(a, b InputPath) bool { return slices.Equal(a, b) })
	var changes Changes
	for _, path := range paths {
		a, had := before[path.String()]
		b, has := after[path.String()]
		c := Change{Input: path}
		if had {
			c.Old = a.edge.String()
		}
		if has {
			c.New = b.edge.String()
		}
		if !had || !has || !a.edge.equal(b.edge) {
			changes = append(changes, c)
		}
	}
	return changes
}

func (e edge) equal(other edge) bool {
	if e.node == nil || other.node == nil {
		return e.node == nil && other.node == nil && slices.Equal(e.follows, other.follows)
	}
	return e.node.locked.Equal(other.node.locked)
}

// String is where an edge leads, as differences show it.
func (e edge) String() string {
	if e.node == nil {
		return fmt.Sprintf("follows '%s'", e.follows)
	}
	text := fmt.Sprintf("'%s'", e.node.locked)
	if when, ok := e.node.locked.Number("lastModified"); ok {
		text += time.Unix(when, 0).UTC().Format(" (2006-01-02)")
	}
	return text
}
