package env

import (
	"path/filepath"
	"slices"
	"strings"
	"time"
)

// A Kind is what a build found at a path that it looked at.
type Kind string

// What can be found. The texts are part of state.json.
const (
	File      Kind = "file"   // its content counts
	Directory Kind = "dir"    // the names in it count, and which are directories
	Absent    Kind = "absent" // nothing was there
)

// A Read is one path that a build looked at.
type Read struct {
	Path string // absolute
	Kind Kind
	// Hash is the SHA-256 of a file's content as the build read it, in
	// hexadecimal. It may be empty, and counts for files only.
	Hash string
}

// Inputs is everything that an environment was made from.
type Inputs struct {
	// Engine names the program that made it (version, catalogue). Another one
	// has to look again.
	Engine string
	// Vars maps the variables that were looked at to the hash of their value;
	// a variable that was not set has none.
	Vars map[string]string
	// Files are the paths that were looked at, sorted.
	Files []Input
	// Parents are directories that shells watch instead of something that
	// cannot be watched itself.
	Parents []Parent
	// Seen is when the stats were taken.
	Seen time.Time
}

// An Input is one path as [Observe] found it.
type Input struct {
	Path string
	Kind Kind
	Hash string // see [digest]; empty for Absent
	Stat Stat   // of what the path leads to; zero for Absent
	Link Stat   // of the symbolic link itself; zero for others
	// Missing is the outermost component of an absent path that is not there.
	Missing string
}

// A Parent is an existing directory that stands for others.
type Parent struct {
	Dir  string
	Stat Stat
	// Whole: any change in it counts (a watched symbolic link lies in it), not
	// only that something absent appears.
	Whole bool
}

// Observe records the reads of a build, to be called as soon as they are known:
// what changes later will differ from it. It never fails: what cannot be read
// is recorded as that. Where a file no longer has the hash that the build read,
// the build's hash is kept without a stat, so that the next look finds the
// change.
func Observe(engine string, reads []Read, vars []string, lookup func(string) (string, bool), now time.Time) Inputs {
	in := Inputs{Engine: engine, Seen: now, Vars: make(map[string]string, len(vars))}
	for _, name := range vars {
		if value, set := lookup(name); set {
			in.Vars[name] = hashText(value)
		} else {
			in.Vars[name] = ""
		}
	}
	reads = slices.Clone(reads)
	slices.SortStableFunc(reads, func(a, b Read) int { return strings.Compare(a.Path, b.Path) })
	reads = slices.CompactFunc(reads, func(a, b Read) bool { return a.Path == b.Path })
	for _, read := range reads {
		if read.Kind == Directory {
			read.Hash = ""
		}
		in.observe(read)
	}
	return in
}

// again observes the same inputs once more. What no longer has the content that
// in says stays as it was, without a stat.
func (in Inputs) again(now time.Time) Inputs {
	next := Inputs{Engine: in.Engine, Vars: in.Vars, Seen: now}
	for _, f := range in.Files {
		next.observe(Read{f.Path, f.Kind, f.Hash})
	}
	return next
}

func (in *Inputs) observe(read Read) {
	if read.Kind == Absent {
		in.observeAbsent(read.Path)
		return
	}
	input := Input{Path: read.Path, Kind: read.Kind}
	before := statOf(read.Path)
	input.Hash = digest(read.Path, read.Kind)
	switch {
	case read.Hash != "" && read.Hash != input.Hash:
		input.Hash = read.Hash
	case statOf(read.Path) == before:
		input.Stat, input.Link = before.target, before.link
	}
	in.Files = append(in.Files, input)
	if before.link != (Stat{}) {
		dir := filepath.Dir(read.Path)
		in.watchParent(Parent{Dir: dir, Stat: statOf(dir).target, Whole: true})
	}
}

// observeAbsent takes the stat of the directory before it looks for the path:
// what appears in between makes the directory differ.
func (in *Inputs) observeAbsent(path string) {
	missing := path
	dir := filepath.Dir(missing)
	parent := statOf(dir)
	for !parent.exists() && dir != "/" {
		missing, dir = dir, filepath.Dir(dir)
		parent = statOf(dir)
	}
	if statOf(missing).exists() {
		parent.target = Stat{}
	}
	in.Files = append(in.Files, Input{Path: path, Kind: Absent, Missing: missing})
	in.watchParent(Parent{Dir: dir, Stat: parent.target})
}

// watchParent adds a directory. One that is watched already keeps its older
// stat, unless the new one is known to be out of date.
func (in *Inputs) watchParent(p Parent) {
	for i := range in.Parents {
		known := &in.Parents[i]
		if known.Dir == p.Dir {
			known.Whole = known.Whole || p.Whole
			if p.Stat == (Stat{}) {
				known.Stat = p.Stat
			}
			return
		}
	}
	in.Parents = append(in.Parents, p)
}
