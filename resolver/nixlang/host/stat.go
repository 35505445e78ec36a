package host

import (
	"io/fs"
	"os"
	"strconv"
	"syscall"
	"time"
)

// Stat is what tells, without reading it, that a file is the same one.
type Stat struct {
	Size, Mtime, Ctime int64 // bytes; nanoseconds since 1970
	Inode, Device      uint64
}

// slack is how much older than the reading of a file its times must be to be
// trusted: a change within the same tick of the file system's clock leaves them
// as they are.
const slack = 2 * time.Second

func (s Stat) String() string { return string(s.append(make([]byte, 0, 64))) }

func (s Stat) append(b []byte) []byte {
	for n, x := range [...]uint64{uint64(s.Size), uint64(s.Mtime), uint64(s.Ctime), s.Inode, s.Device} {
		if n > 0 {
			b = append(b, '.')
		}
		b = strconv.AppendUint(b, x, 16)
	}
	return b
}

func statOf(info fs.FileInfo) Stat {
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return Stat{}
	}
	return Stat{Size: st.Size, Mtime: info.ModTime().UnixNano(), Ctime: changed(st), Inode: st.Ino, Device: uint64(st.Dev)}
}

// statAt is the Stat of a file, links followed if follow; the zero one if there
// is none.
func statAt(disk string, follow bool) Stat {
	stat := os.Lstat
	if follow {
		stat = os.Stat
	}
	info, err := stat(disk)
	if err != nil {
		return Stat{}
	}
	return statOf(info)
}
