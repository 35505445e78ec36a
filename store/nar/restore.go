//go:build linux || darwin

package nar

import (
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// Restore makes the tree at dest from the archive that is all of r. Nothing may
// be at dest, and its directory must exist. Whatever r holds, nothing is made or
// changed outside dest.
//
// Files and directories get the modes 0666, 0777 if executable, and 0777, less
// the umask; their times are now. Nothing is synced. After an error a part of
// the tree may be left at dest.
func Restore(r io.Reader, dest string) error { return restore(r, dest, usesCaseHack) }

func restore(r io.Reader, dest string, caseHack bool) error {
	t := &restorer{Reader: NewReader(r), dest: filepath.Clean(dest), caseHack: caseHack}
	defer t.leave(0)
	for {
		h, err := t.Next()
		if err == io.EOF {
			return t.end()
		}
		if err == nil {
			t.leave(t.level)
			err = t.make(h)
		}
		if err != nil {
			return err
		}
	}
}

// restorer makes a tree on disk.
type restorer struct {
	*Reader
	dest     string
	caseHack bool
	open     []restoredDir // the directories that the node at hand is in
}

// restoredDir is a directory being filled.
type restoredDir struct {
	fd    int
	names caseFolder
}

// leave closes all but the outermost n directories.
func (t *restorer) leave(n int) {
	for _, dir := range t.open[n:] {
		unix.Close(dir.fd)
	}
	t.open = t.open[:n]
}

// make makes the node h in the innermost directory. Names have one component
// and links are not followed, so it is made there or not at all.
func (t *restorer) make(h Header) error {
	dirfd, name := unix.AT_FDCWD, t.dest
	if len(t.open) > 0 {
		dir := &t.open[len(t.open)-1]
		dirfd, name = dir.fd, t.name
		if t.caseHack {
			var err error
			if name, err = dir.names.hack(t.name); err != nil {
				return t.fault(err)
			}
		}
	}
	switch h.Type {
	case Directory:
		return t.mkdir(dirfd, name)
	case Symlink:
		if err := unix.Symlinkat(h.Target, dirfd, name); err != nil {
			return t.failed("symlink", err)
		}
		return nil
	default:
		return t.create(dirfd, name, h.Executable)
	}
}

// mkdir makes a directory and enters it.
func (t *restorer) mkdir(dirfd int, name string) error {
	if err := unix.Mkdirat(dirfd, name, 0o777); err != nil {
		return t.failed("mkdir", err)
	}
	fd, err := retry(func() (int, error) {
		return unix.Openat(dirfd, name, unix.O_RDONLY|unix.O_DIRECTORY|unix.O_NOFOLLOW|unix.O_CLOEXEC, 0)
	})
	if err != nil {
		return t.failed("open", err)
	}
	t.open = append(t.open, restoredDir{fd: fd})
	return nil
}

// create makes a regular file and fills it from the reader's buffer.
func (t *restorer) create(dirfd int, name string, executable bool) (err error) {
	mode := uint32(0o666)
	if executable {
		mode = 0o777
	}
	fd, err := retry(func() (int, error) {
		return unix.Openat(dirfd, name, unix.O_WRONLY|unix.O_CREAT|unix.O_EXCL|unix.O_NOFOLLOW|unix.O_CLOEXEC, mode)
	})
	if err != nil {
		return t.failed("create", err)
	}
	defer func() {
		if closed := unix.Close(fd); closed != nil && err == nil {
			err = t.failed("close", closed)
		}
	}()
	for t.left > 0 {
		part, err := t.buffered()
		if err != nil {
			return err
		}
		n, err := retry(func() (int, error) { return unix.Write(fd, part) })
		if err != nil {
			return t.failed("write", err)
		}
		if n == 0 {
			return t.failed("write", io.ErrShortWrite)
		}
		t.br.Discard(n) // of what is buffered: cannot fail
		t.consumed(n)
	}
	return nil
}

// failed returns err with the path on disk of the node at hand.
func (t *restorer) failed(op string, err error) error {
	return fmt.Errorf("unpacking a NAR: %w", &fs.PathError{Op: op, Path: filepath.Join(t.dest, t.path), Err: err})
}
