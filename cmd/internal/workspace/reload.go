package workspace

import (
	"context"
	"errors"
	"path/filepath"
)

// Reload builds the nearest project again, whether something has changed or
// not, and gets trees again that somebody has changed. Pins stay.
func (w *Workspace) Reload(ctx context.Context, dir string) error {
	return w.rebuild(ctx, dir, mending)
}

func (w *Workspace) rebuild(ctx context.Context, dir string, mode how) error {
	dirs, err := w.layers(dir)
	if err != nil {
		return err
	}
	if len(dirs) == 0 {
		return &NothingHereError{dir}
	}
	last := len(dirs) - 1
	layer, err := w.bring(ctx, dirs[last], dirs[:last], mode)
	if err != nil {
		return err
	}
	w.o.Notice("%s: %s", filepath.Base(dirs[last]), orNothing(layer.Label))
	return nil
}

// Wait brings every layer of dir up to date, behind whoever is at it already.
// Projects that need a permission are said, not failed.
func (w *Workspace) Wait(ctx context.Context, dir string) error {
	_, err := w.Enter(ctx, dir)
	var refused *NotAllowedError
	if errors.As(err, &refused) {
		w.o.Notice("%v", refused)
		return nil
	}
	return err
}
