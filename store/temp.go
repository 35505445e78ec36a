package store

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"devenv/store/filelock"
)

// tempPrefix begins the names of directories with work in progress. Nix gives
// its own the same prefix, and lets alone those that are locked.
const tempPrefix = "tmp-"

// tempDir is a directory in the store that only its owner uses.
type tempDir struct {
	path string
	lock *filelock.Lock
}

// newTemp makes a temporary directory.
func (s *Store) newTemp() (*tempDir, error) {
	for {
		path, err := os.MkdirTemp(s.trees(), tempPrefix+"*")
		if err != nil {
			return nil, err
		}
		// Between these two lines another process may take it for abandoned.
		lock, err := filelock.TryExisting(path, filelock.Exclusive)
		if lock != nil {
			return &tempDir{path, lock}, nil
		}
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			os.Remove(path)
			return nil, err
		}
	}
}

// remove deletes the directory and what is in it.
func (t *tempDir) remove() (freed int64, err error) {
	freed, err = removeTree(t.path)
	return freed, errors.Join(err, t.lock.Release())
}

// take moves the tree at path, if there is one, into the temporary directory and
// with it out of the world.
func (t *tempDir) take(path, name string) error {
	err := moveTree(path, filepath.Join(t.path, name))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case errors.Is(err, syscall.EXDEV): // a container's lower layer cannot be renamed
		_, err = removeTree(path)
	}
	return err
}

// sweep removes the temporary directories that have no owner: those of killed
// processes.
func (s *Store) sweep() error {
	names, err := s.abandoned()
	for _, name := range names {
		path := filepath.Join(s.trees(), name)
		lock, lerr := filelock.TryExisting(path, filelock.Exclusive)
		if lock == nil || lerr != nil {
			continue // somebody else was faster, or it is not ours to remove
		}
		(&tempDir{path, lock}).remove()
	}
	return err
}

// abandoned returns the names of the temporary directories that have no owner.
func (s *Store) abandoned() ([]string, error) {
	names, err := readNames(s.trees())
	var found []string
	for _, name := range names {
		if strings.HasPrefix(name, tempPrefix) && s.unlocked(name) {
			found = append(found, name)
		}
	}
	return found, err
}

// unlocked reports whether nobody holds the lock that name, in the store
// directory, is.
func (s *Store) unlocked(name string) bool {
	lock, err := filelock.TryExisting(filepath.Join(s.trees(), name), filelock.Exclusive)
	if lock == nil || err != nil {
		return false
	}
	lock.Release()
	return true
}

// readNames returns the names in a directory, none if it does not exist.
func readNames(dir string) ([]string, error) {
	f, err := os.Open(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	defer f.Close()
	return f.Readdirnames(-1)
}
