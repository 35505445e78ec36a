package env

import (
	"maps"
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// An Action is what a look at the inputs asks for.
type Action int

// Unchanged: nothing to do. Refresh: the same content has other times; publish
// the same environment again, so that shells stop asking (a command that only
// wants the environment may take it for Unchanged). Rebuild: the inputs are
// others.
const (
	Unchanged Action = iota
	Refresh
	Rebuild
)

// A Decision is an action and, for Rebuild, what changed.
type Decision struct {
	Action Action
	Why    []Reason
}

// A Reason is one thing that is not as it was.
type Reason struct {
	Name string // a path (relative inside the project), a variable's name, or "devenv"
	Fact string // "changed", "is gone", "is new", "has another version"
}

// String is for people, on one line whatever the name: ".nvmrc changed".
func (r Reason) String() string { return oneLine(r.Name + " " + r.Fact) }

// raceWindow is how fresh a file must have been, when it was looked at, for a
// later write to be able to leave the same stat: file systems keep times no
// finer than 2 s (FAT) to some milliseconds (a kernel tick).
const raceWindow = 2 * time.Second

// Decide compares the inputs of a state with the world: the program that asks,
// its variables, the files. A file whose stat is the same is the same, unless
// it was written just before it was looked at; else its content decides.
//
// Whether the environment itself is still on disk is not looked at:
// [Layout.ReadLayer] finds that out.
//
// A state that failed is decided by the inputs of the failure: what has failed
// once is not tried again before one of them changes.
func Decide(st *State, engine string, lookup func(string) (string, bool)) Decision {
	var d Decision
	if st.Inputs.Engine != engine {
		d.rebuild("devenv", "has another version")
	}
	for _, name := range slices.Sorted(maps.Keys(st.Inputs.Vars)) {
		hash := st.Inputs.Vars[name]
		value, set := lookup(name)
		if set != (hash != "") || set && hashText(value) != hash {
			d.rebuild(name, "changed")
		}
	}
	trusted := st.Inputs.Seen.Add(-raceWindow).UnixNano()
	for i := range st.Inputs.Files {
		d.compare(&st.Inputs.Files[i], trusted, st.Dir)
	}
	for i := range st.Inputs.Parents {
		p := &st.Inputs.Parents[i]
		if p.Whole && d.Action == Unchanged && statOf(p.Dir).target != p.Stat {
			d.Action = Refresh
		}
	}
	return d
}

// compare looks at one input. A stat with times after trusted proves nothing.
func (d *Decision) compare(in *Input, trusted int64, dir string) {
	now := statOf(in.Path)
	switch {
	case in.Kind == Absent && now.exists():
		d.rebuild(relative(dir, in.Path), "is new")
	case in.Kind == Absent:
		if in.Missing != in.Path && d.Action == Unchanged && statOf(in.Missing).exists() {
			d.Action = Refresh // a directory on the way to it is there now
		}
	case now.target == in.Stat && now.link == in.Link && in.provesContent(trusted):
	case digest(in.Path, in.Kind) == in.Hash:
		if (now.target != in.Stat || now.link != in.Link) && d.Action == Unchanged {
			d.Action = Refresh
		}
	case !now.exists():
		d.rebuild(relative(dir, in.Path), "is gone")
	default:
		d.rebuild(relative(dir, in.Path), "changed")
	}
}

// provesContent reports whether a file with this stat must have this content:
// there was one, and it was not fresh.
func (in *Input) provesContent(trusted int64) bool {
	return in.Stat != Stat{} && max(in.Stat.Mtime, in.Stat.Ctime) < trusted
}

func (d *Decision) rebuild(name, fact string) {
	d.Action = Rebuild
	d.Why = append(d.Why, Reason{name, fact})
}

// relative shortens a path inside dir.
func relative(dir, path string) string {
	if rel, err := filepath.Rel(dir, path); err == nil && rel != ".." && !strings.HasPrefix(rel, "../") {
		return rel
	}
	return path
}
