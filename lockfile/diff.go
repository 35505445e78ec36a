package lockfile

import (
	"maps"
	"slices"
)

// A Change is what became of one version of a tool. Old is empty for what is
// new, New for what is gone. Where they are equal, the version stayed and its
// pin changed: the source, an address, a hash.
type Change struct{ Tool, Old, New string }

// Diff says what changed in the tools from old to new, sorted by tool. Each
// may be nil: a lock that is not there. Constraints, and hashes of trees that
// are only now known, are no changes. Tools that cannot be read count as absent.
func Diff(old, new *Lock) []Change {
	before, after := byName(old), byName(new)
	names := maps.Clone(before)
	maps.Copy(names, after)
	var changes []Change
	for _, name := range sortedKeys(names) {
		changes = append(changes, diffTool(name, before[name], after[name])...)
	}
	return changes
}

func byName(l *Lock) map[string][]Tool {
	tools := map[string][]Tool{}
	if l == nil {
		return tools
	}
	all, _ := l.Tools()
	for _, tool := range all {
		tools[tool.Name] = append(tools[tool.Name], tool)
	}
	return tools
}

// diffTool pairs the versions of one tool: equal ones with each other, and the
// rest in order.
func diffTool(name string, before, after []Tool) (changes []Change) {
	gone := slices.Clone(before)
	var added []Tool
	for _, tool := range after {
		i := slices.IndexFunc(gone, func(t Tool) bool { return t.Version == tool.Version })
		if i < 0 {
			added = append(added, tool)
			continue
		}
		if !samePin(gone[i], tool) {
			changes = append(changes, Change{name, tool.Version, tool.Version})
		}
		gone = slices.Delete(gone, i, i+1)
	}
	for i := range max(len(gone), len(added)) {
		change := Change{Tool: name}
		if i < len(gone) {
			change.Old = gone[i].Version
		}
		if i < len(added) {
			change.New = added[i].Version
		}
		changes = append(changes, change)
	}
	return changes
}

func samePin(a, b Tool) bool {
	return a.Source == b.Source && maps.EqualFunc(a.Platforms, b.Platforms, func(a, b Platform) bool {
		known := a.NarHash != "" && b.NarHash != ""
		return slices.Equal(a.Parts, b.Parts) && (!known || a.NarHash == b.NarHash)
	})
}
