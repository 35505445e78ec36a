package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"strings"
	"syscall"

	"devenv/store/db"
)

// A PlaceError says that the store's place on disk does not allow what was to be
// done: the disk is full, or it may not be written.
type PlaceError struct {
	Place Place
	Err   error
}

func (e *PlaceError) Error() string {
	if isFull(e.Err) {
		return "no space is left for the store in " + e.Place.Root
	}
	return fmt.Sprintf("the store in %s cannot be written: %v", e.Place.Root, e.Err)
}

// Unwrap returns the system's error.
func (e *PlaceError) Unwrap() error { return e.Err }

// Hint returns what to do next.
func (e *PlaceError) Hint() string {
	const move = "or keep the store elsewhere: `export DEVENV_STORE=/path/to/directory`"
	switch {
	case isFull(e.Err):
		return "Make room with `devenv gc --older-than 30d` or on " + e.Place.Root + " otherwise, " + move + "."
	case errors.Is(e.Err, syscall.EROFS):
		return e.Place.Root + " is on a read-only file system: mount it writable, " + move + "."
	}
	return "See `ls -ld " + e.Place.Root + "` for who may write there, " + move + "."
}

func isFull(err error) bool {
	return errors.Is(err, syscall.ENOSPC) || errors.Is(err, syscall.EDQUOT)
}

// explain wraps the errors whose cause is where the store lies.
func (s *Store) explain(err error) error {
	if _, done := errors.AsType[*PlaceError](err); err == nil || done {
		return err
	}
	readOnly, ok := errors.AsType[*db.ReadOnlyError](err)
	ours := ok && s.holds(readOnly.Dir)
	if e, ok := errors.AsType[*fs.PathError](err); ok {
		ours = ours || s.holds(e.Path)
	}
	if e, ok := errors.AsType[*os.LinkError](err); ok {
		ours = ours || s.holds(e.New)
	}
	denied := errors.Is(err, syscall.EACCES) || errors.Is(err, syscall.EPERM) || errors.Is(err, syscall.EROFS)
	if isFull(err) || denied && ours {
		return &PlaceError{Place: s.place, Err: err}
	}
	return err
}

// holds reports whether path belongs to the store, or is a directory above it
// that could not be made.
func (s *Store) holds(path string) bool {
	for _, dir := range []string{s.trees(), s.state()} {
		if path == dir || strings.HasPrefix(path, dir+"/") || strings.HasPrefix(dir, path+"/") {
			return true
		}
	}
	return false
}
