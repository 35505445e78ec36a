package env

import (
	"context"
	"os"
	"time"

	"golang.org/x/sys/unix"
)

// A Rooter keeps store paths from being collected. The names it is given are
// slash-separated and begin with "envs/".
type Rooter interface {
	// AddRoot makes the root, or replaces the one of that name.
	AddRoot(ctx context.Context, name string, paths ...string) error
	// RemoveRoot removes the root; one that is not there is no error.
	RemoveRoot(ctx context.Context, name string) error
}

// A Tree is the state on disk: what projects and environments there are. Any
// number of processes may use it at once.
type Tree struct {
	Layout   Layout
	Rooter   Rooter
	Renderer Renderer
	Now      func() time.Time
}

// Lock waits until this process is the only builder of the project dir, or ctx
// is done. The builder must be closed.
func (t *Tree) Lock(ctx context.Context, dir string) (*Builder, error) {
	return t.builder(dir, func(path string) (*os.File, error) { return flock(ctx, path, unix.LOCK_EX) })
}

// TryLock is Lock that does not wait: it gives [ErrBusy] if there is a builder
// already. That one will publish references to what it saw at its start, so
// nothing that has changed since is lost by going away.
func (t *Tree) TryLock(dir string) (*Builder, error) {
	return t.builder(dir, func(path string) (*os.File, error) { return tryFlock(path, unix.LOCK_EX) })
}

func (t *Tree) builder(dir string, lock func(string) (*os.File, error)) (*Builder, error) {
	root, err := t.Layout.Root(dir)
	if err != nil {
		return nil, err
	}
	held, err := lock(root.lock())
	if err != nil {
		return nil, err
	}
	return &Builder{tree: t, root: root, lock: held}, nil
}
