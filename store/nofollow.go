package store

import (
	"path/filepath"

	"golang.org/x/sys/unix"
)

// noFollow are the flags with which a file is opened that should be a regular
// one: a link is an error, and a named pipe does not block.
const noFollow = unix.O_NOFOLLOW | unix.O_NONBLOCK | unix.O_NOCTTY

// resolve follows the links in path.
func resolve(path string) (string, error) { return filepath.EvalSymlinks(path) }
