package astcache

import (
	"cmp"
	"io/fs"
	"syscall"
	"time"
)

// Identity is what tells, without reading it, that a file is the same one. The
// times are in nanoseconds since 1970.
type Identity struct {
	Device, Inode       uint64
	Size, Mtime, Change int64
}

// slack is how old a file must be when it is read: a change within the same tick
// of the file system's clock leaves its times as they are.
const slack = 2 * time.Second

// IdentityOf returns the identity of a file, and whether it can be relied on
// from a time on; now is when the file is read.
func IdentityOf(info fs.FileInfo, now time.Time) (id Identity, ok bool) {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || !info.Mode().IsRegular() {
		return Identity{}, false
	}
	id = Identity{uint64(st.Dev), st.Ino, st.Size, info.ModTime().UnixNano(), changed(st)}
	return id, max(id.Mtime, id.Change) < now.Add(-slack).UnixNano()
}

func (a Identity) compare(b Identity) int {
	return cmp.Or(cmp.Compare(a.Inode, b.Inode), cmp.Compare(a.Device, b.Device), cmp.Compare(a.Size, b.Size),
		cmp.Compare(a.Mtime, b.Mtime), cmp.Compare(a.Change, b.Change))
}
