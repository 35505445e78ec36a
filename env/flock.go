package env

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"golang.org/x/sys/unix"
)

// ErrBusy says that another process holds the lock.
var ErrBusy = errors.New("another devenv is at work here")

// flockPoll is how often a waiting process asks again.
const flockPoll = 20 * time.Millisecond

// flock takes the lock on the file path, making it and its directory where they
// are missing. It waits until ctx is done. The lock is held until the file is
// closed, at the latest when the process ends.
func flock(ctx context.Context, path string, how int) (*os.File, error) {
	for {
		f, err := tryFlock(path, how)
		if err == nil || !errors.Is(err, ErrBusy) {
			return f, err
		}
		select {
		case <-ctx.Done():
			return nil, context.Cause(ctx)
		case <-time.After(flockPoll):
		}
	}
}

// tryFlock is flock that gives [ErrBusy] instead of waiting.
func tryFlock(path string, how int) (*os.File, error) {
	if err := makeDir(filepath.Dir(path)); err != nil {
		return nil, err
	}
	f, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o600)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, ErrBusy // its directory was removed this moment
	}
	if err != nil {
		return nil, diskError("lock", path, err)
	}
	err = unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
	for err == unix.EINTR {
		err = unix.Flock(int(f.Fd()), how|unix.LOCK_NB)
	}
	switch {
	case err == unix.EWOULDBLOCK:
		err = ErrBusy
	case err != nil:
		err = diskError("lock", path, err)
	case !inPlace(f, path):
		err = ErrBusy // its last owner removed it with everything else
	default:
		return f, nil
	}
	f.Close()
	return nil, err
}

func inPlace(f *os.File, path string) bool {
	held, err := f.Stat()
	if err != nil {
		return false
	}
	there, err := os.Stat(path)
	return err == nil && os.SameFile(held, there)
}
