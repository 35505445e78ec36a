package store

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"
)

// canonicalise gives everything in the trees at roots the mode, times and owner
// that store objects have, and no other attributes. Its errors say which file
// cannot be in a store.
func canonicalise(ctx context.Context, roots ...string) error {
	links := map[uint64]uint64{} // by inode: names outside the trees, as far as it is known
	visit := func(path string, _ fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if err := context.Cause(ctx); err != nil {
			return err
		}
		var st unix.Stat_t
		if err := unix.Lstat(path, &st); err != nil {
			return &os.PathError{Op: "lstat", Path: path, Err: err}
		}
		if kind(st) == unix.S_IFREG && st.Nlink > 1 {
			if _, seen := links[st.Ino]; !seen {
				links[st.Ino] = uint64(st.Nlink)
			}
			links[st.Ino]--
		}
		return canonicaliseOne(path, st)
	}
	for _, root := range roots {
		if err := filepath.WalkDir(root, visit); err != nil {
			return err
		}
	}
	for _, outside := range links {
		if outside > 0 {
			return errors.New("a file of the tree has hard links outside of it, through which it could be changed later")
		}
	}
	return nil
}

func kind(st unix.Stat_t) uint32 { return uint32(st.Mode) & unix.S_IFMT }

func canonicaliseOne(path string, st unix.Stat_t) error {
	mode := uint32(0o444)
	switch kind(st) {
	case unix.S_IFLNK:
		mode = uint32(st.Mode) & 0o7777 // a link's own mode means nothing
	case unix.S_IFDIR:
		mode = 0o555
	case unix.S_IFREG:
		if st.Mode&0o100 != 0 {
			mode = 0o555
		}
	default:
		return fmt.Errorf("%s is a %s: a store holds only regular files, directories and symbolic links", path, fileType(kind(st)))
	}
	touched, err := removeAttributes(path, st)
	if err != nil {
		return err
	}
	if uid, gid := os.Geteuid(), os.Getegid(); int(st.Uid) != uid {
		if err := os.Lchown(path, uid, gid); err != nil {
			return err
		}
	}
	if kind(st) != unix.S_IFLNK && (touched || uint32(st.Mode)&0o7777 != mode) {
		if err := unix.Chmod(path, mode); err != nil {
			return &os.PathError{Op: "chmod", Path: path, Err: err}
		}
	}
	if st.Mtim.Sec != 1 || st.Mtim.Nsec != 0 {
		times := []unix.Timespec{st.Atim, unix.NsecToTimespec(1e9)}
		if err := unix.UtimesNanoAt(unix.AT_FDCWD, path, times, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return &os.PathError{Op: "utimensat", Path: path, Err: err}
		}
	}
	return nil
}

// kept are the extended attributes that systems do not let anybody remove.
var kept = map[string]bool{
	"security.selinux":     true,
	"security.csm":         true,
	"system.nfs4_acl":      true,
	"com.apple.provenance": true,
}

// removeAttributes removes the extended attributes of a file, access control
// lists among them, and reports whether it had any: its mode may be another then.
func removeAttributes(path string, st unix.Stat_t) (touched bool, err error) {
	size, err := unix.Llistxattr(path, nil)
	if size == 0 || errors.Is(err, unix.ENOTSUP) || errors.Is(err, unix.EPERM) {
		return false, nil
	}
	names := make([]byte, max(size, 0))
	if err == nil {
		size, err = unix.Llistxattr(path, names)
	}
	if err != nil {
		return false, &os.PathError{Op: "llistxattr", Path: path, Err: err}
	}
	for name := range strings.SplitSeq(strings.TrimSuffix(string(names[:size]), "\x00"), "\x00") {
		if kept[name] {
			continue
		}
		if kind(st) != unix.S_IFLNK {
			unix.Chmod(path, uint32(st.Mode)&0o7777|0o200) //nolint:errcheck // attributes are the writer's to remove
		}
		if err := unix.Lremovexattr(path, name); err != nil {
			return true, &os.PathError{Op: "lremovexattr " + name, Path: path, Err: err}
		}
	}
	return true, nil
}

func fileType(kind uint32) string {
	switch kind {
	case unix.S_IFIFO:
		return "named pipe"
	case unix.S_IFSOCK:
		return "socket"
	case unix.S_IFCHR, unix.S_IFBLK:
		return "device"
	}
	return "file of an unknown type"
}
