package lockfile

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"path/filepath"
)

// Read reads the lock in a file. Errors are an *Error, or an *fs.PathError
// where the file cannot be read; fs.ErrNotExist where there is none.
func Read(path string) (*Lock, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	return Parse(data, path)
}

// Write makes path hold the lock: the old one or the new one is there at any
// time, and after a crash too. A file that holds these bytes already is not
// touched. Where path is a symbolic link, the file it leads to is written. An
// existing file keeps its mode; one that may not be written is refused.
//
// What Read would refuse is not written.
func Write(path string, l *Lock) error {
	data := l.Bytes()
	if _, err := Parse(data, path); err != nil {
		return fmt.Errorf("lock not written: %w", err)
	}
	target, err := resolve(path)
	if err != nil {
		return err
	}
	switch old, err := os.ReadFile(target); {
	case errors.Is(err, fs.ErrNotExist):
		return replace(target, data, 0)
	case err != nil:
		return err
	case bytes.Equal(old, data):
		return nil
	}
	f, err := os.OpenFile(target, os.O_WRONLY, 0)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return replace(target, data, info.Mode().Perm())
}

// resolve follows the symbolic links at path, the last of which may lead to a
// file that is yet to be.
func resolve(path string) (string, error) {
	const maxLinks = 40 // as Linux
	for range maxLinks {
		target, err := os.Readlink(path)
		if err != nil {
			return path, nil // not a link, or nothing there: the next call says what
		}
		if !filepath.IsAbs(target) {
			// Not Dir and Join: they take a/../b for b, though a may be a link.
			dir, _ := filepath.Split(path)
			target = dir + target
		}
		path = target
	}
	return "", &fs.PathError{Op: "write", Path: path, Err: errors.New("too many symbolic links")}
}

// replace writes a file beside path and renames it to path. The mode 0 is that
// of any new file.
func replace(path string, data []byte, mode fs.FileMode) (err error) {
	temp := fmt.Sprintf("%s.%x.tmp", path, rand.Uint64())
	f, err := os.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o666)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			f.Close()
			os.Remove(temp)
		}
	}()
	if mode != 0 {
		if err := f.Chmod(mode); err != nil {
			return err
		}
	}
	if _, err := f.Write(data); err != nil {
		return err
	}
	if err := f.Sync(); err != nil {
		return err
	}
	if err := f.Close(); err != nil {
		return err
	}
	if err := os.Rename(temp, path); err != nil {
		return err
	}
	dir, _ := filepath.Split(path)
	syncDir(dir)
	return nil
}

// syncDir makes a rename in dir last, where the file system can. dir ends with a
// slash, or is empty for the working directory.
func syncDir(dir string) {
	if d, err := os.Open(dir + "."); err == nil {
		d.Sync()  //nolint:errcheck // some file systems cannot; the file itself is synced
		d.Close() //nolint:errcheck // nothing was written through it
	}
}
