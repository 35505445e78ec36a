//go:build linux || darwin

package nar

import (
	"crypto/sha256"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"

	"devenv/store/nixhash"
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
	if err := t.run(); err != nil {
		return err
	}
	return t.End()
}

// Unpack makes the tree at dest from the archive that r is at the begin of, as
// [Restore] does, but canonical: with the modes 0444 and 0555 and the time 1 that
// store objects have. It leaves what follows the archive, and returns the SHA-256
// and the length of what it read.
func Unpack(r *Reader, dest string) (nixhash.Hash, int64, error) {
	sum := sha256.New()
	out := newPipeline(sum)
	r.tee = newEncoder(out.pass)
	t := &restorer{Reader: r, dest: filepath.Clean(dest), caseHack: usesCaseHack, canonical: true}
	err := t.run()
	r.tee.finish() //nolint:errcheck // a hash takes anything
	out.close()    //nolint:errcheck // the same
	r.tee = nil
	if err != nil {
		return nixhash.Hash{}, 0, err
	}
	hash, err := nixhash.New(nixhash.SHA256, sum.Sum(nil))
	return hash, r.offset, err
}

// run makes the tree of the whole archive.
func (t *restorer) run() (err error) {
	defer func() {
		if left := t.leave(0); err == nil {
			err = left
		}
	}()
	for {
		h, err := t.Next()
		if err == io.EOF {
			return nil
		}
		if err == nil {
			err = t.leave(t.level)
		}
		if err == nil {
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
	dest      string
	caseHack  bool
	canonical bool          // modes and times are those of store objects
	masked    bool          // files are made with other modes than they were asked for
	probed    bool          // whether that is known
	open      []restoredDir // the directories that the node at hand is in
}

// restoredDir is a directory being filled.
type restoredDir struct {
	fd    int
	names caseFolder
}

// leave closes all but the outermost n directories.
func (t *restorer) leave(n int) (err error) {
	for len(t.open) > n {
		dir := t.open[len(t.open)-1]
		t.open = t.open[:len(t.open)-1]
		if t.canonical && err == nil {
			if err = unix.Fchmod(dir.fd, 0o555); err == nil {
				err = unix.UtimesNanoAt(dir.fd, ".", canonicalTimes, 0)
			}
			if err != nil {
				err = t.failed("chmod", err)
			}
		}
		unix.Close(dir.fd)
	}
	return err
}

// canonicalTimes are the times of access and change of store objects.
var canonicalTimes = []unix.Timespec{{Sec: 1}, {Sec: 1}}

// settle gives the file or link called name its canonical time, and the open
// file fd, if it is one, its mode.
func (t *restorer) settle(dirfd int, name string, fd int, mode uint32) error {
	if fd >= 0 && !t.probed {
		var st unix.Stat_t
		if err := unix.Fstat(fd, &st); err != nil {
			return t.failed("stat", err)
		}
		t.probed, t.masked = true, uint32(st.Mode)&0o7777 != mode
	}
	if fd >= 0 && t.masked {
		if err := unix.Fchmod(fd, mode); err != nil {
			return t.failed("chmod", err)
		}
	}
	if err := unix.UtimesNanoAt(dirfd, name, canonicalTimes, unix.AT_SYMLINK_NOFOLLOW); err != nil {
		return t.failed("utimensat", err)
	}
	return nil
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
		if t.canonical {
			return t.settle(dirfd, name, -1, 0)
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
	if t.canonical {
		mode &= 0o555
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
	if err := t.fill(fd); err != nil || !t.canonical {
		return err
	}
	return t.settle(dirfd, name, fd, mode)
}

// fill writes the contents at hand to the file that fd is open on.
func (t *restorer) fill(fd int) error {
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
		t.consumed(part[:n])
		t.br.Discard(n) // of what is buffered: cannot fail
	}
	return nil
}

// failed returns err with the path on disk of the node at hand.
func (t *restorer) failed(op string, err error) error {
	return fmt.Errorf("unpacking a NAR: %w", &fs.PathError{Op: op, Path: filepath.Join(t.dest, t.path), Err: err})
}
