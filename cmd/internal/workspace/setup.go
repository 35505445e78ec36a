package workspace

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/env"
	"devenv/shellhooks"
)

// Hook is the hook of a shell for this installation.
func (w *Workspace) Hook(shell env.Shell) ([]byte, error) {
	return shellhooks.Hook(shell, w.layout, w.o.Self)
}

// HookFile is the file with that hook, up to date, for shells to source.
func (w *Workspace) HookFile(shell env.Shell) (string, error) {
	path := w.layout.Hook(shell)
	return path, w.writeHook(shell, path)
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
	edit := RCEdit{Shell: shell, RC: shellhooks.RCFile(shell, w.o.Getenv), Hook: w.layout.Hook(shell)}
	before, err := os.ReadFile(edit.RC)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return edit, err
	}
	after, err := rcText(string(before), shell, edit.Hook, undo)
	if err != nil {
		return edit, fmt.Errorf("%s: %w", edit.RC, err)
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
	if err := os.MkdirAll(filepath.Dir(edit.RC), 0o755); err != nil {
		return edit, err
	}
	return edit, writeFile(edit.RC, []byte(after))
}

func rcText(before string, shell env.Shell, hook string, undo bool) (string, error) {
	if undo {
		return shellhooks.Remove(before)
	}
	block, err := shellhooks.Block(shell, hook)
	if err != nil {
		return "", err
	}
	return shellhooks.Insert(before, block)
}

// writeHook keeps the file that shells source; one that is right is left alone.
func (w *Workspace) writeHook(shell env.Shell, path string) error {
	text, err := w.Hook(shell)
	if err != nil {
		return err
	}
	if old, err := os.ReadFile(path); err == nil && bytes.Equal(old, text) {
		return nil
	}
	if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
		return err
	}
	return writeFile(path, text)
}
