package store

import (
	"context"
	"fmt"

	"devenv/store/storepath"
)

// Delete deletes paths, all of them or none, and returns how many bytes of the
// disk that gave back. The error is an *AliveError if something keeps one of them
// that does not go too. Those that are not valid are passed over.
func (s *Store) Delete(ctx context.Context, paths ...storepath.Path) (freed int64, err error) {
	freed, err = s.deletePaths(ctx, paths)
	return freed, s.explain(err)
}

func (s *Store) deletePaths(ctx context.Context, paths []storepath.Path) (freed int64, err error) {
	d, err := s.existing(ctx)
	if d == nil || err != nil {
		return 0, err
	}
	links, err := s.findRoots(nil)
	if err != nil {
		return 0, err
	}
	objects, err := s.objects(ctx, d)
	if err != nil {
		return 0, err
	}
	going := map[storepath.Path]bool{}
	for _, p := range paths {
		going[p] = true
	}
	for _, info := range objects.list {
		if !going[info.Path] {
			links = append(links, link{info.Path, info.Path.Base()})
		}
	}
	live := objects.mark(links)
	var plan GCPlan
	for _, p := range paths {
		if by, ok := live[p]; ok {
			return 0, &AliveError{Path: p, By: by}
		}
		if _, valid := objects.keeps[p]; valid {
			plan.Dead = append(plan.Dead, Dead{Path: p})
		}
	}
	freed, err = s.execute(ctx, plan)
	if err != nil {
		return freed, err
	}
	for _, p := range paths { // something began to keep it meanwhile
		if _, err := s.Lookup(ctx, p); err == nil {
			return freed, &AliveError{Path: p, By: "a process that has begun to use it"}
		}
	}
	return freed, nil
}

// Keepers returns what keeps p from collection: for each root that leads to it
// the paths from that root's to p itself, the shortest way. Roots are in the
// order of their links.
func (s *Store) Keepers(ctx context.Context, p storepath.Path) ([]Keeper, error) {
	d, err := s.existing(ctx)
	if d == nil || err != nil {
		return nil, s.explain(err)
	}
	links, err := s.findRoots(nil)
	if err != nil {
		return nil, s.explain(err)
	}
	objects, err := s.objects(ctx, d)
	if err != nil {
		return nil, s.explain(err)
	}
	next := objects.towards(p)
	var keepers []Keeper
	seen := map[link]bool{}
	for _, l := range links {
		if _, leads := next[l.path]; !leads || seen[l] {
			continue
		}
		seen[l] = true
		k := Keeper{Root: l.why}
		for at := l.path; ; at = next[at] {
			k.Way = append(k.Way, at)
			if at == p {
				break
			}
		}
		keepers = append(keepers, k)
	}
	return keepers, nil
}

// Keeper is a root that keeps a path.
type Keeper struct {
	Root string           // a link's file, or "running process N"
	Way  []storepath.Path // from the root's path to the kept one
}

// towards returns, for each path that keeps p, the next one on the shortest way
// to p; of p itself p.
func (o objects) towards(p storepath.Path) map[storepath.Path]storepath.Path {
	keptBy := map[storepath.Path][]storepath.Path{}
	for _, info := range o.list {
		for _, k := range o.keeps[info.Path] {
			keptBy[k] = append(keptBy[k], info.Path)
		}
	}
	next := map[storepath.Path]storepath.Path{p: p}
	for todo := []storepath.Path{p}; len(todo) > 0; todo = todo[1:] {
		for _, by := range keptBy[todo[0]] {
			if _, done := next[by]; !done {
				next[by] = todo[0]
				todo = append(todo, by)
			}
		}
	}
	return next
}

// An AliveError says that a path cannot be deleted because something keeps it.
type AliveError struct {
	Path storepath.Path
	By   string // a root's link, "running process N", or the base name of a path that refers to it
}

func (e *AliveError) Error() string { return fmt.Sprintf("%s is kept by %s", e.Path.Base(), e.By) }

// Hint returns what to do next.
func (e *AliveError) Hint() string {
	return "See all that keeps it with `devenv store query --roots` and `--referrers`; what nothing keeps `devenv gc` deletes."
}
