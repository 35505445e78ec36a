package cli

import (
	"devenv/store/build"
	"devenv/store/namespace"
)

// Helper does the work of this process if another one of this program started it
// as a helper: args are the process's own, with its name.
func Helper(args []string) (code int, ours bool) {
	if code, ours := build.Child(args); ours {
		return code, true
	}
	return namespace.Child(args)
}
