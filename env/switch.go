package env

import (
	"slices"
	"strings"
)

// Switch returns entries with exactly the wanted layers active, outermost
// first. Layers that both have, from the outside in, stay (with their elements
// in front again), the rest is left and the missing ones are put on. The
// argument is not changed.
//
// find gives the layer of a key that is active now. A key that it does not know
// any more is lost: its marks are removed, its values stay.
func Switch(entries []string, want []Layer, find func(key string) (Layer, error)) (after []string, lost []string) {
	e := slices.Clone(environ(entries))
	active := Active(e)
	shared := 0
	for shared < min(len(active), len(want)) && active[shared] == want[shared].Key {
		shared++
	}
	for _, key := range slices.Backward(active[shared:]) {
		layer, err := find(key)
		if err != nil {
			e.forget(key)
			lost = append(lost, key)
			continue
		}
		e.pop(layer)
	}
	e.setActive(active[:shared])
	return Apply(Reassert(e, want[:shared]...), want[shared:]...), lost
}

// forget removes the marks of a layer whose snapshot is gone.
func (e *environ) forget(key string) {
	prefix := OldVar(key, "")
	*e = slices.DeleteFunc(*e, func(entry string) bool { return strings.HasPrefix(entry, prefix) })
	e.setActive(without(Active(*e), key))
}
