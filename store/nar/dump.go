//go:build linux || darwin

package nar

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"slices"

	"golang.org/x/sys/unix"

	"devenv/store/nixhash"
)

// Dump writes the NAR of the file, link or directory at path to w. A link at
// path is archived, not followed. Files that are neither regular nor directories
// nor links, and files that become shorter while they are read, are errors.
//
// W may be written to from another goroutine, in pieces of up to 256 KiB, and no
// more once Dump has returned.
func Dump(w io.Writer, path string) error {
	_, err := dump(w, path, usesCaseHack)
	return err
}

// HashPath returns the SHA-256 and the length in bytes of the NAR that [Dump]
// would write for path.
func HashPath(path string) (nixhash.Hash, int64, error) {
	hash := sha256.New()
	size, err := dump(hash, path, usesCaseHack)
	if err != nil {
		return nixhash.Hash{}, 0, err
	}
	sum, err := nixhash.New(nixhash.SHA256, hash.Sum(nil))
	return sum, size, err
}

// dump writes the NAR of path to w and returns its length.
func dump(w io.Writer, path string, caseHack bool) (size int64, err error) {
	path = filepath.Clean(path)
	out := newPipeline(w)
	d := &dumper{encoder: newEncoder(out.pass), path: []string{path}, caseHack: caseHack}
	d.raw(wMagic)
	err = d.node(unix.AT_FDCWD, path, unix.DT_UNKNOWN)
	if finished := d.finish(); err == nil {
		err = finished
	}
	if closed := out.close(); err == nil {
		err = closed
	}
	return d.size, err
}

// dumper encodes a tree on disk.
type dumper struct {
	*encoder
	path     []string // the root's path and the names down to the node at hand
	caseHack bool
	scratch  [32 << 10]byte // the kernel's directory records, or a link's target
}

// node encodes the file called name in the directory dirfd, of which kind is
// what the directory says about its type.
func (d *dumper) node(dirfd int, name string, kind uint8) error {
	if d.err != nil {
		return d.err
	}
	if len(d.path) > maxDepth {
		return d.failed("dump", errDepth)
	}
	if kind == unix.DT_UNKNOWN {
		var st unix.Stat_t
		if err := unix.Fstatat(dirfd, name, &st, unix.AT_SYMLINK_NOFOLLOW); err != nil {
			return d.failed("lstat", err)
		}
		kind = kindOf(&st)
	}
	switch kind {
	case unix.DT_REG, unix.DT_DIR:
		return d.open(dirfd, name)
	case unix.DT_LNK:
		n, err := unix.Readlinkat(dirfd, name, d.scratch[:])
		if err != nil {
			return d.failed("readlink", err)
		}
		d.symlink(string(d.scratch[:n]))
		return nil
	}
	return d.failed("dump", errKind(kind))
}

// open encodes a regular file or a directory. It opens neither links nor
// anything that blocks, should the file have become such a thing meanwhile.
func (d *dumper) open(dirfd int, name string) error {
	fd, err := retry(func() (int, error) {
		return unix.Openat(dirfd, name, unix.O_RDONLY|unix.O_NOFOLLOW|unix.O_NONBLOCK|unix.O_NOCTTY|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return d.failed("open", err)
	}
	defer unix.Close(fd)
	var st unix.Stat_t
	if err := unix.Fstat(fd, &st); err != nil {
		return d.failed("stat", err)
	}
	switch kind := kindOf(&st); kind {
	case unix.DT_REG:
		return d.file(fd, st.Mode&unix.S_IXUSR != 0, st.Size)
	case unix.DT_DIR:
		return d.dir(fd)
	default:
		return d.failed("dump", errKind(kind))
	}
}

// file encodes the regular file that fd is open on; it is read straight into
// the encoder's buffer.
func (d *dumper) file(fd int, executable bool, size int64) error {
	d.regular(executable, size)
	for left := size; left > 0 && d.err == nil; {
		space := d.free(left)
		n, err := retry(func() (int, error) { return unix.Read(fd, space[:min(left, int64(len(space)))]) })
		if err != nil {
			return d.failed("read", err)
		}
		if n == 0 {
			return d.failed("read", fmt.Errorf("the file was cut to %d bytes while it was read, it had %d", size-left, size))
		}
		d.advance(n)
		left -= int64(n)
	}
	d.endRegular(size)
	return nil
}

// dir encodes the directory that fd is open on.
func (d *dumper) dir(fd int) error {
	entries, err := readDir(fd, d.scratch[:])
	if err != nil {
		return d.failed("readdir", err)
	}
	if d.caseHack {
		for i := range entries {
			entries[i].name = unhack(entries[i].disk)
		}
	}
	slices.SortFunc(entries, compareDirents)
	d.directory()
	last := ""
	for _, entry := range entries {
		d.path = append(d.path, entry.disk)
		if entry.name == last || entry.name == "" { // by the case hack only
			return d.failed("dump", fmt.Errorf("without %s… its name is not unique", caseHackSuffix))
		}
		last = entry.name
		d.entry(entry.name)
		if err := d.node(fd, entry.disk, entry.kind); err != nil {
			return err
		}
		d.endEntry()
		d.path = d.path[:len(d.path)-1]
	}
	d.endDirectory()
	return nil
}

// failed returns err with the path of the node at hand.
func (d *dumper) failed(op string, err error) error {
	return &fs.PathError{Op: op, Path: filepath.Join(d.path...), Err: err}
}

// kindOf returns the file type in st as directories tell it.
func kindOf(st *unix.Stat_t) uint8 { return uint8(uint32(st.Mode) & unix.S_IFMT >> 12) }

// errKind tells why a file is not archived.
func errKind(kind uint8) error {
	what := "a file of an unknown type"
	switch kind {
	case unix.DT_FIFO:
		what = "a named pipe"
	case unix.DT_SOCK:
		what = "a socket"
	case unix.DT_CHR, unix.DT_BLK:
		what = "a device"
	}
	return errors.New(what + " cannot be archived: only regular files, directories and symbolic links can")
}
