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

// mounts are found by the paths that lie in them.
type mounts struct {
	dir     string            // of the store
	objects map[string]*Mount // those that are store objects: there may be thousands
	others  []Mount           // the longest paths first
}

func (ms *mounts) none() bool { return len(ms.objects) == 0 && len(ms.others) == 0 }

// all returns the mounts in no order.
func (ms *mounts) all() []Mount {
	list := slices.Clone(ms.others)
	for _, m := range ms.objects {
		list = append(list, *m)
	}
	return list
}

// add adds a mount, in place of one at the same path.
func (ms *mounts) add(m Mount) {
	if at := ms.object(m.At); at == m.At && at != "" {
		if ms.objects == nil {
			ms.objects = map[string]*Mount{}
		}
		ms.objects[at] = &m
		return
	}
	ms.others = slices.DeleteFunc(ms.others, func(old Mount) bool { return old.At == m.At })
	ms.others = append(ms.others, m)
	slices.SortFunc(ms.others, func(a, b Mount) int { return cmp.Compare(len(b.At), len(a.At)) })
}

// object returns the path of the store object that p is or lies in, or "".
func (ms *mounts) object(p string) string {
	if len(p) <= len(ms.dir)+1 || p[len(ms.dir)] != '/' || p[:len(ms.dir)] != ms.dir {
		return ""
	}
	if i := strings.IndexByte(p[len(ms.dir)+1:], '/'); i >= 0 {
		return p[:len(ms.dir)+1+i]
	}
	return p
}

// Mount adds a mount, in place of one at the same path. It may be read in any
// mode.
func (h *Host) Mount(m Mount) {
	m.At, m.Dir = path.Clean(m.At), path.Clean(m.Dir)
	h.mounts.add(m)
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
func (ms *mounts) find(p string) *Mount {
	object := ms.objects[ms.object(p)]
	for i := range ms.others {
		m := &ms.others[i]
		if object != nil && len(m.At) < len(object.At) {
			break
		}
		if within(p, m.At) {
			return m
		}
	}
	return object
}

// disk returns where a path without symbolic links on the way lies.
func (ms *mounts) disk(p string) string {
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
