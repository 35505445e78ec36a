package db

import (
	"os"

	"golang.org/x/sys/unix"
)

// allocate gives f size bytes on disk.
func allocate(f *os.File, size int64) error {
	if err := unix.Fallocate(int(f.Fd()), 0, 0, size); err == nil {
		return nil
	}
	return fill(f, size)
}
