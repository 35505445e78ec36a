package store

import (
	"cmp"
	"context"
	"slices"

	"devenv/store/storepath"
)

// Why is a path on the way from one path to another that it depends on, and how
// the way goes on from there.
type Why struct {
	Path storepath.Path
	// Then are the paths that Path refers to and that lead on, those with the
	// shortest way first. It is empty at the end of the way, and for a path whose
	// ways were shown before.
	Then []Why
	// Again says that the path was shown before.
	Again bool
}

// WhyDepends returns how from depends on to: the shortest way, or with all every
// way. It returns nil if it does not.
func (s *Store) WhyDepends(ctx context.Context, from, to storepath.Path, all bool) (*Why, error) {
	closure, err := s.Closure(ctx, from)
	if err != nil {
		return nil, err
	}
	return Ways(closure, from, to, all), nil
}

// Ways is WhyDepends for the closure of from, of whatever store.
func Ways(closure []Info, from, to storepath.Path, all bool) *Why {
	w := &ways{refs: map[storepath.Path][]storepath.Path{}, all: all, shown: map[storepath.Path]bool{}}
	for _, info := range closure {
		w.refs[info.Path] = info.References
	}
	w.measure(closure, to)
	if _, leads := w.far[from]; !leads {
		return nil
	}
	why := w.from(from)
	return &why
}

// ways are those in a closure that lead to one path.
type ways struct {
	refs  map[storepath.Path][]storepath.Path
	far   map[storepath.Path]int // how many steps the shortest has
	all   bool
	shown map[storepath.Path]bool
}

// measure finds the lengths of the ways to a path.
func (w *ways) measure(closure []Info, to storepath.Path) {
	w.far = map[storepath.Path]int{}
	referrers := map[storepath.Path][]storepath.Path{}
	for _, info := range closure {
		if info.Path == to {
			w.far[to] = 0
		}
		for _, r := range info.References {
			referrers[r] = append(referrers[r], info.Path)
		}
	}
	for todo := []storepath.Path{to}; len(todo) > 0; todo = todo[1:] {
		for _, r := range referrers[todo[0]] {
			if _, done := w.far[r]; !done {
				w.far[r] = w.far[todo[0]] + 1
				todo = append(todo, r)
			}
		}
	}
}

// from returns the ways that begin at p.
func (w *ways) from(p storepath.Path) Why {
	why := Why{Path: p, Again: w.shown[p]}
	if why.Again || w.far[p] == 0 {
		return why
	}
	w.shown[p] = true
	var next []storepath.Path
	for _, r := range w.refs[p] {
		if _, leads := w.far[r]; leads && r != p {
			next = append(next, r)
		}
	}
	slices.SortStableFunc(next, func(a, b storepath.Path) int { return cmp.Compare(w.far[a], w.far[b]) })
	if !w.all {
		next = next[:1]
	}
	for _, r := range next {
		why.Then = append(why.Then, w.from(r))
	}
	return why
}
