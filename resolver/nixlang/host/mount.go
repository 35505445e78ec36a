package host

import (
	"cmp"
	"path"
	"slices"
	"strings"
)

// Mount lays a file or directory of the disk at a logical path. What is in an
// Immutable mount never changes: only that it is there is part of the read set.
type Mount struct {
	At, Dir   string
	Immutable bool
}

// mounts are sorted by their paths, the longest first.
type mounts []Mount

// Mount adds a mount, in place of one at the same path. It may be read in any
// mode.
func (h *Host) Mount(m Mount) {
	m.At, m.Dir = path.Clean(m.At), path.Clean(m.Dir)
	h.mounts = slices.DeleteFunc(h.mounts, func(old Mount) bool { return old.At == m.At })
	h.mounts = append(h.mounts, m)
	slices.SortFunc(h.mounts, func(a, b Mount) int { return cmp.Compare(len(b.At), len(a.At)) })
	if m.At != h.StoreDir() {
		h.Allow(m.At)
	}
}

// find returns the innermost mount that a logical path lies in, or nil.
func (ms mounts) find(p string) *Mount {
	for i := range ms {
		if within(p, ms[i].At) {
			return &ms[i]
		}
	}
	return nil
}

// disk returns where a path without symbolic links on the way lies.
func (ms mounts) disk(p string) string {
	if m := ms.find(p); m != nil {
		return m.Dir + p[len(m.At):]
	}
	return p
}

// within tells whether a path is dir or below it.
func within(p, dir string) bool {
	return dir == "/" || strings.HasPrefix(p, dir) && (len(p) == len(dir) || p[len(dir)] == '/')
}

// immutable tells whether what is at a path never changes: it is in the store,
// and not a working tree that is mounted there.
func (h *Host) immutable(p string) bool {
	if m := h.mounts.find(p); m != nil {
		return m.Immutable
	}
	return within(p, h.StoreDir())
}
