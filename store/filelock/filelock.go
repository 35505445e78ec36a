package filelock

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// Mode is how a lock is shared.
type Mode int

// Any number of holders share a lock, or one excludes all others.
const (
	Shared    Mode = unix.LOCK_SH
	Exclusive Mode = unix.LOCK_EX
)

// The pause between two attempts grows from the first of these to the second.
// Attempts instead of one blocking call: a context can end the wait.
const (
	firstPause = time.Millisecond
	lastPause  = 50 * time.Millisecond
)

// A Lock is a held lock. It ends with its process.
type Lock struct {
	file *os.File
	path string
}

// Acquire locks the file at path, which is created if it does not exist, and
// waits for its holders. If it has to wait it calls waiting once, unless that
// is nil.
func Acquire(ctx context.Context, path string, mode Mode, waiting func()) (*Lock, error) {
	pause := firstPause
	for {
		l, err := Try(path, mode)
		if l != nil || err != nil {
			return l, err
		}
		if waiting != nil {
			waiting()
			waiting = nil
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(pause):
			pause = min(2*pause, lastPause)
		}
	}
}

// Try locks the file at path, which is created if it does not exist. It returns
// nil without an error if another holder is in the way.
func Try(path string, mode Mode) (*Lock, error) {
	return try(path, mode, func() (*os.File, error) {
		return os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	})
}

// TryExisting locks the file or directory at path, which must exist: the error
// is fs.ErrNotExist if it does not. It returns nil without an error if another
// holder is in the way.
func TryExisting(path string, mode Mode) (*Lock, error) {
	return try(path, mode, func() (*os.File, error) {
		f, err := os.OpenFile(path, os.O_RDWR|unix.O_NOFOLLOW, 0)
		if errors.Is(err, unix.EISDIR) {
			f, err = os.OpenFile(path, os.O_RDONLY|unix.O_NOFOLLOW, 0)
		}
		return f, err
	})
}

func try(path string, mode Mode, open func() (*os.File, error)) (*Lock, error) {
	for {
		f, err := open()
		if err != nil {
			return nil, err
		}
		held, err := flock(f, mode)
		if err != nil || !held {
			f.Close()
			return nil, err
		}
		named, err := hasName(f, path)
		if err == nil && named {
			return &Lock{file: f, path: path}, nil
		}
		f.Close()
		if err != nil {
			return nil, err
		}
	}
}

// flock makes one attempt and reports whether the lock is held now.
func flock(f *os.File, mode Mode) (bool, error) {
	for {
		err := unix.Flock(int(f.Fd()), int(mode)|unix.LOCK_NB)
		switch {
		case err == nil:
			return true, nil
		case errors.Is(err, unix.EINTR):
		case errors.Is(err, unix.EWOULDBLOCK):
			return false, nil
		default:
			return false, &os.PathError{Op: "flock", Path: f.Name(), Err: err}
		}
	}
}

// hasName reports whether path still names the open file f.
func hasName(f *os.File, path string) (bool, error) {
	open, err := f.Stat()
	if err != nil {
		return false, err
	}
	named, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	return err == nil && os.SameFile(open, named), err
}

// File returns the locked file.
func (l *Lock) File() *os.File { return l.file }

// Release gives the lock up and leaves its file.
func (l *Lock) Release() error { return l.file.Close() }

// Remove unlinks the lock's file and gives the lock up. The caller holds it
// exclusively. The byte written is for waiting Nix processes: to them a lock
// file that is not empty is one that has been unlinked.
func (l *Lock) Remove() error {
	err := os.Remove(l.path)
	_, werr := l.file.WriteString("d")
	return errors.Join(err, werr, l.file.Close())
}
