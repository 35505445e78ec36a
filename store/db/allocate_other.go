//go:build !linux

package db

import "os"

// allocate gives f size bytes on disk.
func allocate(f *os.File, size int64) error { return fill(f, size) }
