package cli

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/cmd/internal/ui"
	"devenv/cmd/internal/workspace"
	"devenv/resolver/nixlang/astcache"
)

// app is what all commands share: the streams, the environment, and the
// workspace once a command needs it.
type app struct {
	streams  *ui.Streams
	getenv   func(string) string
	environ  []string
	offline  bool
	at       string // --directory
	ws       *workspace.Workspace
	progress *ui.Progress
	trees    *astcache.Cache
	net      *network
}

func newApp(getenv func(string) string, environ []string) *app {
	return &app{streams: ui.System(getenv), getenv: getenv, environ: environ}
}

// workspace opens the workspace on first use. Opening costs nothing that the
// command does not use.
func (a *app) workspace(ctx context.Context) (*workspace.Workspace, error) {
	if a.ws != nil {
		return a.ws, nil
	}
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	a.progress = a.streams.NewProgress(ctx)
	a.ws, err = workspace.New(workspace.Options{
		Getenv:   a.getenv,
		Environ:  a.environ,
		Self:     self,
		Version:  versionString(),
		Offline:  a.offline,
		Progress: a.progress,
		Notice:   a.streams.Notice,
	})
	return a.ws, err
}

// here is the workspace and the directory that most commands speak of.
func (a *app) here(ctx context.Context) (*workspace.Workspace, string, error) {
	dir, err := a.dir("")
	if err != nil {
		return nil, "", err
	}
	ws, err := a.workspace(ctx)
	return ws, dir, err
}

func (a *app) close() {
	if a.progress != nil {
		a.progress.Close()
	}
	if a.ws != nil {
		a.ws.Close()
	}
	if a.net != nil {
		a.net.memory.Close()
		a.net = nil
	}
	if a.trees != nil {
		_ = a.trees.Close() // what cannot be kept is parsed again
	}
}

// dir is the directory that a command speaks of: the working directory or that
// of --directory, or arg taken relative to it. It is the logical path, as the user's shell shows
// it, so that a project reached through a symlink is one project to hook and
// commands alike.
func (a *app) dir(arg string) (string, error) {
	dir, err := os.Getwd() // honours $PWD when it names the same directory
	if err != nil {
		return "", withHint(fmt.Errorf("the current directory is gone: %w", err), "`cd` to a directory that exists")
	}
	for _, part := range []string{a.at, arg} {
		if part == "" {
			continue
		}
		if !filepath.IsAbs(part) {
			part = filepath.Join(dir, part)
		}
		dir = filepath.Clean(part)
	}
	switch info, err := os.Stat(dir); {
	case errors.Is(err, fs.ErrPermission):
		return "", withHint(usagef("%s may not be looked into", dir), "check the permissions of the directories above it")
	case err != nil:
		return "", usagef("there is no directory %s", dir)
	case !info.IsDir():
		return "", usagef("%s is not a directory", dir)
	}
	return dir, nil
}
