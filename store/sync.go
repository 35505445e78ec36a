package store

import (
	"io/fs"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// syncFiles writes every file and directory of trees to the disk one by one, and
// then the directory that has the trees' names.
func syncFiles(roots []string) error {
	for _, root := range roots {
		if err := syncFilesOf(root); err != nil {
			return err
		}
	}
	// Where fsync hands data to the drive only, this one also empties its cache.
	return syncFile(filepath.Dir(roots[0]), (*os.File).Sync)
}

func syncFilesOf(root string) error {
	return filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil || !d.IsDir() && !d.Type().IsRegular() {
			return err
		}
		return syncFile(path, func(f *os.File) error { return unix.Fsync(int(f.Fd())) })
	})
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
