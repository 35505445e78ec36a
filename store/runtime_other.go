//go:build !linux

package store

// runtimeRoots returns the paths that running processes use. Only Linux has a
// way to see them without another program.
func (s *Store) runtimeRoots() []link { return nil }
