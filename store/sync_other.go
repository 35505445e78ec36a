//go:build !linux

package store

// syncTrees writes trees of one store, and their names, to the disk.
func syncTrees(roots []string) error { return syncFiles(roots) }
