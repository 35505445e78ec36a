//go:build !linux

package namespace

import "syscall"

func attributes() *syscall.SysProcAttr { return nil }

// Child does nothing on a system without namespaces.
func Child([]string) (code int, ours bool) { return 0, false }

func forbidden(error) bool { return true }

func ban() (reason, remedy string) {
	return "this system has none", "Use a store that really is at /nix/store."
}
