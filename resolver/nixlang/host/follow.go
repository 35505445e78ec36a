package host

import (
	"path"
	"strings"

	"devenv/resolver/nixlang/eval"
)

// followed is a directory that may lie elsewhere one day.
type followed struct {
	dir    string
	pinned bool
}

var _ eval.Locator = (*Host)(nil)

// Follow has the Host find out whether evaluations come to depend on where a
// logical directory lies, rather than on what is in it.
func (h *Host) Follow(dir string) {
	h.followed = append(h.followed, &followed{dir: path.Clean(dir)})
}

// Pinned reports whether evaluations depend on where the followed directories
// lie: whether the program saw a path of one as text, or named one by its
// absolute path. What is outside of them is not told here: see Reads.
func (h *Host) Pinned() bool {
	for _, f := range h.followed {
		if f.pinned {
			return true
		}
	}
	return false
}

// PathAsText satisfies eval.Locator.
func (h *Host) PathAsText(p string) {
	for _, f := range h.followed {
		f.pinned = f.pinned || within(p, f.dir) || within(f.dir, p)
	}
}

// TextAsPath satisfies eval.Locator. What follows a path inside of a directory
// is relative to that.
func (h *Host) TextAsPath(from, p string) {
	for _, f := range h.followed {
		f.pinned = f.pinned || within(path.Clean(p), f.dir) && !within(from, f.dir)
	}
}

// named is told of a path that goes into the store under a name. Of a followed
// directory itself the name may be its own.
func (h *Host) named(a eval.AddPath) {
	if a.Filter != nil {
		h.PathAsText(a.Path) // filters are shown paths
		return
	}
	for _, f := range h.followed {
		f.pinned = f.pinned || within(f.dir, a.Path) && strings.HasSuffix(a.Path, "/"+a.Name)
	}
}
