package fetch

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"devenv/resolver/flakeref"
	"devenv/store/nar"
	"devenv/store/narinfo"
)

// fetchPath is a directory, or a file, that stays where it is. Its lastModified
// is the latest time of anything in it, and is looked for when somebody asks.
func (f *Fetcher) fetchPath(ctx context.Context, ref flakeref.Ref) (*Tree, error) {
	file := ref.Text("path")
	if !filepath.IsAbs(file) {
		return nil, refuse(ref, "the path is relative, and there is no flake that it is relative to", "give an absolute path, or ./"+file+" on the command line")
	}
	file = filepath.Clean(file)
	if t, err := f.storePath(ctx, ref, file); t != nil || err != nil {
		return t, err
	}
	if _, err := os.Lstat(file); err != nil {
		if errors.Is(err, fs.ErrNotExist) {
			return nil, refuse(ref, "there is no such file or directory", "check the path")
		}
		return nil, err
	}
	t := &Tree{Real: file, fetcher: f, ref: ref}
	t.hash = func(ctx context.Context) (sized, error) { return f.hashDir(ctx, file) }
	if _, given := ref.Number("lastModified"); !given {
		t.modified = func(ctx context.Context) (int64, error) {
			s, err := look(ctx, file)
			return s.latest, err
		}
	}
	return t, nil
}

// storePath is the tree of a path in the store that is called "source", or nil.
func (f *Fetcher) storePath(ctx context.Context, ref flakeref.Ref, file string) (*Tree, error) {
	p, err := f.opt.Store.Dir().Parse(file)
	if err != nil || p.Name() != "source" {
		return nil, nil //nolint:nilerr // no store path
	}
	info, err := f.hold(ctx, p)
	if errors.Is(err, narinfo.ErrInvalid) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	if _, given := ref.Number("lastModified"); !given {
		ref = ref.With("lastModified", int64(0)) // times in a store tell nothing
	}
	return f.stored(ref, info), nil
}

// hashDir is the hash of the NAR of everything at and below file.
func (f *Fetcher) hashDir(ctx context.Context, file string) (sized, error) {
	seen, err := look(ctx, file)
	if err != nil {
		return sized{}, err
	}
	settled := !seen.changed.After(f.opt.Now().Add(-settle))
	return f.hashOnce(file, "dir", seen.key, settled, func() (sized, error) { return hashPath(file) })
}

func hashPath(file string) (sized, error) {
	hash, size, err := nar.HashPath(file)
	return sized{Hash: hash, Size: size}, err
}

// sight is what lstat tells of a directory and all below it.
type sight struct {
	key     string
	latest  int64     // modification time, in seconds
	changed time.Time // the last change of anything
}

func look(ctx context.Context, file string) (sight, error) {
	var s sight
	sum := sha256.New()
	err := filepath.WalkDir(file, func(name string, d fs.DirEntry, err error) error {
		if err == nil {
			err = ctx.Err()
		}
		if err != nil {
			return err
		}
		info, err := d.Info()
		if err != nil {
			return err
		}
		state, changed := appendState(append([]byte(name), 0), info)
		sum.Write(state)
		s.latest = max(s.latest, info.ModTime().Unix())
		if changed.After(s.changed) {
			s.changed = changed
		}
		return nil
	})
	s.key = hex.EncodeToString(sum.Sum(nil))
	return s, ctxErr(ctx, err)
}
