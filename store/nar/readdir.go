//go:build linux || darwin

package nar

import (
	"io/fs"

	"golang.org/x/sys/unix"
)

// DirEntry is an entry of a directory on disk; Type is one of the bits of
// fs.ModeType, or 0 for a regular file.
type DirEntry struct {
	Name string
	Type fs.FileMode
}

// ReadDir returns the entries of the directory at path in the order of the disk. It
// costs half of what os.ReadDir does: nothing but their names is allocated.
func ReadDir(path string) ([]DirEntry, error) {
	fd, err := retry(func() (int, error) { return unix.Open(path, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_CLOEXEC, 0) })
	if err != nil {
		return nil, &fs.PathError{Op: "open", Path: path, Err: err}
	}
	defer unix.Close(fd)
	var buf [8 << 10]byte
	entries, err := readDir(fd, buf[:])
	if err != nil {
		return nil, &fs.PathError{Op: "readdirent", Path: path, Err: err}
	}
	list := make([]DirEntry, 0, len(entries))
	for _, e := range entries {
		kind := e.kind
		if kind == unix.DT_UNKNOWN {
			var st unix.Stat_t
			switch err := unix.Fstatat(fd, e.disk, &st, unix.AT_SYMLINK_NOFOLLOW); err {
			case nil:
				kind = kindOf(&st)
			case unix.ENOENT: // meanwhile
				continue
			default:
				return nil, &fs.PathError{Op: "lstat", Path: path + "/" + e.disk, Err: err}
			}
		}
		list = append(list, DirEntry{e.disk, modeOf(kind)})
	}
	return list, nil
}

// modeOf turns one of unix.DT_* into the file type as Go tells it.
func modeOf(kind uint8) fs.FileMode {
	switch kind {
	case unix.DT_REG:
		return 0
	case unix.DT_DIR:
		return fs.ModeDir
	case unix.DT_LNK:
		return fs.ModeSymlink
	case unix.DT_FIFO:
		return fs.ModeNamedPipe
	case unix.DT_SOCK:
		return fs.ModeSocket
	case unix.DT_CHR:
		return fs.ModeDevice | fs.ModeCharDevice
	case unix.DT_BLK:
		return fs.ModeDevice
	}
	return fs.ModeIrregular
}
