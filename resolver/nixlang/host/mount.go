package host

import (
	"cmp"
	"context"
	"io"
	"path"
	"slices"
	"strings"
)

// Mount lays a file or directory of the disk at a logical path. What is in an
// Immutable mount never changes: only that it is there is part of the read set.
//
// Check, if set, says of each slash-separated path below Dir whether it belongs
// to what is mounted: nil, or the error of whoever wants to read it. Dump, if
// set, writes the NAR of what is mounted at a store path, so that Flush can put
// it into a store.
type Mount struct {
	At, Dir   string
	Immutable bool
	Check     func(name string) error
	Dump      func(ctx context.Context, w io.Writer) error
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
	if p, err := h.opts.StoreDir.Parse(m.At); err == nil && m.Dump != nil {
		h.objects[p] = &object{dump: m.Dump, source: true}
	}
}

// place returns where a path without symbolic links on the way lies, or the
// error of a mount that it does not belong to.
func (h *Host) place(p string) (string, error) {
	m := h.mounts.find(p)
	if m == nil {
		return p, nil
	}
	if m.Check != nil && len(p) > len(m.At) {
		if err := m.Check(p[len(m.At)+1:]); err != nil {
			return "", err
		}
	}
	return m.Dir + p[len(m.At):], nil
}

// partial reports whether only some of what lies on the disk at a path belongs
// there.
func (h *Host) partial(p string) bool {
	m := h.mounts.find(p)
	return m != nil && m.Check != nil
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

// mountAgain is a mount at another place of what is at a path.
func (h *Host) mountAgain(at, p string) Mount {
	again := Mount{At: at, Dir: h.mounts.disk(p), Immutable: true}
	if m := h.mounts.find(p); m != nil && m.Check != nil {
		inside := strings.TrimPrefix(strings.TrimPrefix(p, m.At), "/")
		again.Check = func(name string) error { return m.Check(path.Join(inside, name)) }
	}
	return again
}
