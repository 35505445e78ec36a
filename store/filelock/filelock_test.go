package filelock_test

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"devenv/store/filelock"
)

func try(t *testing.T, path string, mode filelock.Mode) *filelock.Lock {
	t.Helper()
	l, err := filelock.Try(path, mode)
	if err != nil {
		t.Fatal(err)
	}
	return l
}

func TestModes(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	a, b := try(t, path, filelock.Shared), try(t, path, filelock.Shared)
	if a == nil || b == nil {
		t.Fatal("Shared is not shared")
	}
	if try(t, path, filelock.Exclusive) != nil {
		t.Fatal("Exclusive beside Shared")
	}
	a.Release()
	b.Release()
	c := try(t, path, filelock.Exclusive)
	if c == nil || try(t, path, filelock.Shared) != nil || try(t, path, filelock.Exclusive) != nil {
		t.Fatal("Exclusive excludes nobody")
	}
	if fi, err := os.Stat(path); err != nil || fi.Mode() != 0o600 || fi.Size() != 0 {
		t.Errorf("lock file: %v, %v", fi, err)
	}
}

func TestDirectory(t *testing.T) {
	dir := t.TempDir()
	l, err := filelock.TryExisting(dir, filelock.Exclusive)
	if l == nil || err != nil {
		t.Fatal(err)
	}
	if again, err := filelock.TryExisting(dir, filelock.Exclusive); again != nil || err != nil {
		t.Errorf("locked twice: %v", err)
	}
	if _, err := filelock.TryExisting(dir+"/absent", filelock.Exclusive); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("of nothing: %v", err)
	}
}

func TestAcquireWaits(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	held := try(t, path, filelock.Exclusive)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	calls := 0
	if _, err := filelock.Acquire(ctx, path, filelock.Shared, func() { calls++ }); !errors.Is(err, context.DeadlineExceeded) || calls != 1 {
		t.Errorf("got %v, waiting called %d times", err, calls)
	}
	time.AfterFunc(20*time.Millisecond, func() { held.Remove() })
	if _, err := filelock.Acquire(t.Context(), path, filelock.Exclusive, nil); err != nil {
		t.Error(err)
	}
}

// TestRemove has many take, use and unlink one lock: never two at a time.
func TestRemove(t *testing.T) {
	path := filepath.Join(t.TempDir(), "lock")
	var inside sync.Mutex
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				l, err := filelock.Acquire(t.Context(), path, filelock.Exclusive, nil)
				if err != nil {
					t.Error(err)
					return
				}
				if !inside.TryLock() {
					t.Error("two hold the lock")
					return
				}
				inside.Unlock()
				if err := l.Remove(); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	if _, err := os.Stat(path); !errors.Is(err, fs.ErrNotExist) {
		t.Error("the file is left")
	}
}
