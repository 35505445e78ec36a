package workspace

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/env"
	"devenv/lockfile"
	"devenv/shellhooks"
)

// HookOptions are what a hook needs to know about this installation.
func (w *Workspace) HookOptions() shellhooks.Options {
	return shellhooks.Options{State: w.layout.State, Program: w.o.Self}
}

// RCEdit is what setup does to the rc file of one shell.
type RCEdit struct {
	Shell   env.Shell `json:"shell"`
	RC      string    `json:"rc"`
	Hook    string    `json:"hook"` // the static file that the rc file sources
	Changed bool      `json:"changed"`
}

// SetUp writes the hook of a shell into its file and makes the rc file source
// it; undo takes both away again. With dryRun it only says what it would do.
// What else the rc file says keeps its bytes.
func (w *Workspace) SetUp(shell env.Shell, undo, dryRun bool) (RCEdit, error) {
	rc, err := shellhooks.RCFile(shell, w.o.Getenv)
	if err != nil {
		return RCEdit{}, err
	}
	edit := RCEdit{Shell: shell, RC: rc, Hook: w.layout.Hook(shell)}
	before, err := os.ReadFile(rc)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return edit, err
	}
	after := shellhooks.RemoveRC(string(before))
	if !undo {
		after = shellhooks.InsertRC(string(before), shell, edit.Hook)
	}
	edit.Changed = after != string(before)
	if dryRun {
		return edit, nil
	}
	if undo {
		if err := os.Remove(edit.Hook); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return edit, err
		}
	} else if err := w.writeHook(shell, edit.Hook); err != nil {
		return edit, err
	}
	if !edit.Changed {
		return edit, nil
	}
	return edit, writeFile(rc, []byte(after))
}

func (w *Workspace) writeHook(shell env.Shell, path string) error {
	text, err := shellhooks.Hook(shell, w.HookOptions())
	if err != nil {
		return err
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return writeFile(path, []byte(text))
}
