package env

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"os"
	"slices"

	"golang.org/x/sys/unix"
)

// A Stat is what tells cheaply that a file is the one it was: times in
// nanoseconds since 1970, the size in bytes, the inode. The zero Stat is equal
// to no existing file's.
type Stat struct {
	Mtime, Ctime, Size int64
	Inode              uint64
}

// twoStats is what a path is and what it leads to: the same, unless it is a
// symbolic link, and both zero where nothing is.
type twoStats struct{ link, target Stat }

// exists reports whether the path leads to something that can be seen.
func (two twoStats) exists() bool { return two.target != Stat{} }

func statOf(path string) twoStats {
	var st unix.Stat_t
	if unix.Lstat(path, &st) != nil {
		return twoStats{}
	}
	if st.Mode&unix.S_IFMT != unix.S_IFLNK {
		return twoStats{target: toStat(&st)}
	}
	two := twoStats{link: toStat(&st)}
	if unix.Stat(path, &st) == nil {
		two.target = toStat(&st)
	}
	return two
}

func toStat(st *unix.Stat_t) Stat {
	return Stat{Mtime: st.Mtim.Nano(), Ctime: st.Ctim.Nano(), Size: st.Size, Inode: st.Ino}
}

// MaxRead is how much of a file counts, in bytes: what lies behind is neither
// read by a build nor looked at here. No declaration is that large, but a
// stranger's may be, at every prompt.
const MaxRead = 4<<20 + 1

// digest judges by content. A file is the SHA-256 of its bytes, a directory
// that of its names in order, each with "/" behind it if it is a directory and
// NUL after that, in hexadecimal. What cannot be read, or is something else, is
// a text that says so: as long as that is so, nothing has changed.
func digest(path string, kind Kind) string {
	f, err := os.OpenFile(path, os.O_RDONLY|unix.O_NONBLOCK, 0)
	if err != nil {
		return unreadable(err)
	}
	defer f.Close()
	info, err := f.Stat()
	switch {
	case err != nil:
		return unreadable(err)
	case info.IsDir() != (kind == Directory), !info.IsDir() && !info.Mode().IsRegular():
		return "unreadable: is another kind of file"
	case kind == Directory:
		return digestNames(f)
	}
	h := sha256.New()
	if _, err := io.Copy(h, io.LimitReader(f, MaxRead)); err != nil {
		return unreadable(err)
	}
	return hex.EncodeToString(h.Sum(nil))
}

func digestNames(d *os.File) string {
	entries, err := d.ReadDir(-1)
	if err != nil {
		return unreadable(err)
	}
	names := make([]string, len(entries))
	for i, entry := range entries {
		names[i] = entry.Name()
		if entry.IsDir() {
			names[i] += "/"
		}
	}
	slices.Sort(names)
	h := sha256.New()
	for _, name := range names {
		io.WriteString(h, name+"\x00")
	}
	return hex.EncodeToString(h.Sum(nil))
}

func unreadable(err error) string {
	var code unix.Errno
	if errors.As(err, &code) {
		return "unreadable: " + code.Error()
	}
	return "unreadable"
}

func hashText(s string) string {
	sum := sha256.Sum256([]byte(s))
	return hex.EncodeToString(sum[:])
}
