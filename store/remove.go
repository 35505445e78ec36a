package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
)

// moveTree renames a tree. A directory that moves to another parent must be
// writable for the time of it.
func moveTree(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if !info.IsDir() {
		return os.Rename(from, to)
	}
	if err := os.Chmod(from, info.Mode().Perm()|0o700); err != nil {
		return err
	}
	if err := os.Rename(from, to); err != nil {
		return errors.Join(err, os.Chmod(from, info.Mode().Perm()))
	}
	return os.Chmod(to, info.Mode().Perm())
}

// removeTree deletes a tree whose directories may be read-only, and returns how
// many bytes of the disk that gave back. That path does not exist is no error.
func removeTree(path string) (freed int64, err error) {
	freed, err = measure(path, func(dir string, mode fs.FileMode) error {
		if mode.Perm()&0o700 == 0o700 {
			return nil
		}
		return os.Chmod(dir, 0o700)
	})
	if err != nil {
		return 0, err
	}
	return freed, os.RemoveAll(path)
}

// measure returns how many bytes of the disk deleting the tree at path gives
// back: what other links share is not counted. It calls enter for every
// directory before it is read.
func measure(path string, enter func(dir string, mode fs.FileMode) error) (size int64, err error) {
	err = filepath.WalkDir(path, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		if st, ok := info.Sys().(*syscall.Stat_t); ok && (d.IsDir() || st.Nlink == 1) {
			size += st.Blocks * 512
		}
		if d.IsDir() && enter != nil {
			return enter(path, info.Mode())
		}
		return nil
	})
	if errors.Is(err, fs.ErrNotExist) {
		return size, nil
	}
	return size, err
}
