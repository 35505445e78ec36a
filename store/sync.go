package store

import (
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// syncFiles writes every file and directory of a tree to the disk one by one,
// and then the directory that has the tree's name.
func syncFiles(root string) error {
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && !d.Type().IsRegular() {
			return err
		}
		return syncFile(path, func(f *os.File) error { return unix.Fsync(int(f.Fd())) })
	})
	if err != nil {
		return err
	}
	// Where fsync hands data to the drive only, this one also empties its cache.
	return syncFile(filepath.Dir(root), (*os.File).Sync)
}

func syncFile(path string, sync func(*os.File) error) error {
	f, err := os.Open(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if err := sync(f); err != nil {
		return &os.PathError{Op: "fsync", Path: path, Err: err}
	}
	return nil
}
