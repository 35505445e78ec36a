package store

import (
	"errors"
	"os"

	"golang.org/x/sys/unix"
)

// syncTree writes a tree and its name to the disk. One syncfs does that for
// thousands of files in the time of a few fsync.
func syncTree(root string) error {
	err := syncFile(root, func(f *os.File) error { return unix.Syncfs(int(f.Fd())) })
	if errors.Is(err, unix.ENOSYS) {
		return syncFiles(root)
	}
	return err
}
