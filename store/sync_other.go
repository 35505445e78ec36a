//go:build !linux

package store

// syncTree writes a tree and its name to the disk.
func syncTree(root string) error { return syncFiles(root) }
