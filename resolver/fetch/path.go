package fetch

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/resolver/flakeref"
	"devenv/store/nar"
)

// fetchPath is a directory, or a file, that stays where it is. Its lastModified
// is the latest time of anything in it.
func (f *Fetcher) fetchPath(ctx context.Context, ref flakeref.Ref) (*Tree, error) {
	file := ref.Text("path")
	if !filepath.IsAbs(file) {
		return nil, refuse(ref, "the path is relative, and there is no flake that it is relative to", "give an absolute path, or ./"+file+" on the command line")
	}
	file = filepath.Clean(file)
	if _, err := os.Lstat(file); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, refuse(ref, "there is no such file or directory", "check the path")
		}
		return nil, err
	}
	if info, ok, err := f.storePath(ctx, file); err != nil || ok {
		return info.withRef(ref, 0), err
	}
	t := &Tree{Real: file, fetcher: f}
	t.hash = func(context.Context) (sized, error) { return hashPath(file) }
	var latest int64
	if _, given := ref.Number("lastModified"); !given {
		var err error
		if latest, err = lastModified(ctx, file); err != nil {
			return nil, err
		}
	}
	return t.withRef(ref, latest), nil
}

// withRef sets the tree's reference, with lastModified where ref has none.
func (t *Tree) withRef(ref flakeref.Ref, latest int64) *Tree {
	if t == nil {
		return nil
	}
	if _, given := ref.Number("lastModified"); !given {
		ref = ref.With("lastModified", latest)
	}
	t.ref = ref
	return t
}

// storePath is the tree of a path in the store that is called "source".
func (f *Fetcher) storePath(ctx context.Context, file string) (*Tree, bool, error) {
	p, err := f.opt.Store.Dir().Parse(file)
	if err != nil || p.Name() != "source" {
		return nil, false, nil //nolint:nilerr // no store path
	}
	info, err := f.hold(ctx, p)
	if err != nil {
		return nil, false, nil //nolint:nilerr // a directory like any other
	}
	return f.stored(flakeref.Ref{}, info), true, nil
}

func hashPath(file string) (sized, error) {
	hash, size, err := nar.HashPath(file)
	return sized{Hash: hash, Size: size}, err
}

// lastModified is the latest modification time at and below file, in seconds.
func lastModified(ctx context.Context, file string) (int64, error) {
	var latest int64
	err := filepath.WalkDir(file, func(_ string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err == nil {
			latest = max(latest, info.ModTime().Unix())
		}
		return err
	})
	return latest, err
}
