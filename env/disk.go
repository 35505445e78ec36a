package env

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
)

// A DiskError is a file of the state tree that could not be read or written.
type DiskError struct {
	Doing string // "write", "lock"
	Path  string
	Err   error
}

func (e *DiskError) Error() string {
	fact := e.Err
	var inner *fs.PathError
	if errors.As(fact, &inner) {
		fact = inner.Err
	}
	return fmt.Sprintf("cannot %s %s: %v", e.Doing, e.Path, fact)
}

func (e *DiskError) Unwrap() error { return e.Err }

// Hint is the next step, where the system's error has one.
func (e *DiskError) Hint() string {
	switch {
	case errors.Is(e.Err, syscall.ENOSPC), errors.Is(e.Err, syscall.EDQUOT):
		return "make room on that disk (devenv gc frees what no project needs), then run the command again"
	case errors.Is(e.Err, syscall.EROFS):
		return "that file system is read-only: set XDG_STATE_HOME and XDG_DATA_HOME to directories that can be written"
	case errors.Is(e.Err, fs.ErrPermission):
		return "give it back to yourself (sudo chown -R \"$USER\" on the directory above), or set XDG_STATE_HOME and XDG_DATA_HOME to directories of yours"
	case errors.Is(e.Err, syscall.ENAMETOOLONG):
		return "that file system takes shorter names only: set XDG_STATE_HOME to another one"
	case errors.Is(e.Err, syscall.ENOLCK), errors.Is(e.Err, syscall.ENOTSUP):
		return "that file system has no locks: set XDG_STATE_HOME to a local one"
	case errors.Is(e.Err, syscall.ENOTDIR), errors.Is(e.Err, fs.ErrExist):
		return "something else is in its place: move it away"
	}
	return ""
}

func diskError(doing, path string, err error) error {
	if err == nil {
		return nil
	}
	return &DiskError{doing, path, err}
}

// tempPrefix begins the name of everything that is not finished. What a killed
// process leaves behind is removed by the next owner of the directory.
const tempPrefix = ".tmp-"

func isTemp(name string) bool { return strings.HasPrefix(name, tempPrefix) }

// A batch is files that are written first and then put in place together, one
// rename each in the order in which they were added. Each is seen by others
// either as it was or whole, also after a crash of the machine.
type batch struct{ staged []staged }

type staged struct{ temp, path string }

// add writes the new content of path beside it.
func (b *batch) add(path string, data []byte, mode fs.FileMode) error {
	f, err := os.CreateTemp(filepath.Dir(path), tempPrefix)
	if err != nil {
		return diskError("write", path, err)
	}
	b.staged = append(b.staged, staged{f.Name(), path})
	return diskError("write", path, writeSynced(f, data, mode))
}

// commit puts the files in place.
func (b *batch) commit() error {
	for len(b.staged) > 0 {
		next := b.staged[0]
		if err := os.Rename(next.temp, next.path); err != nil {
			return diskError("write", next.path, err)
		}
		b.staged = b.staged[1:]
	}
	return nil
}

// discard removes what was not put in place.
func (b *batch) discard() {
	for _, s := range b.staged {
		os.Remove(s.temp)
	}
}

// replaceFile is a batch of one.
func replaceFile(path string, data []byte, mode fs.FileMode) error {
	var b batch
	defer b.discard()
	if err := b.add(path, data, mode); err != nil {
		return err
	}
	return b.commit()
}

// createFile makes a file that is not there yet, in a directory that no one
// else sees.
func createFile(path string, data []byte, mode fs.FileMode) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	if err != nil {
		return diskError("write", path, err)
	}
	return diskError("write", path, writeSynced(f, data, mode))
}

func writeSynced(f *os.File, data []byte, mode fs.FileMode) error {
	_, err := f.Write(data)
	if err == nil {
		err = f.Chmod(mode)
	}
	if err == nil {
		err = f.Sync()
	}
	return errors.Join(err, f.Close())
}

// syncDir makes the names in dir last.
func syncDir(dir string) error {
	d, err := os.Open(dir)
	if err != nil {
		return diskError("write", dir, err)
	}
	err = d.Sync()
	if errors.Is(err, syscall.EINVAL) || errors.Is(err, syscall.ENOTSUP) {
		err = nil // some network file systems do not sync directories
	}
	return diskError("write", dir, errors.Join(err, d.Close()))
}

func makeDir(path string) error {
	return diskError("create", path, os.MkdirAll(path, 0o700))
}
