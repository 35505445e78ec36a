package store

import (
	"bytes"
	"context"
	"os"

	"devenv/store/nixhash"
	"devenv/store/storepath"
	"golang.org/x/sys/unix"
)

// AddText adds a file with the given text, which refers to refs: a derivation,
// or what builtins.toFile writes. Its path is made from all three. What it refers
// to must be valid, else the error is a *ReferenceError; a text whose name ends
// in .drv must be a derivation, else it is a *DerivationError.
//
// The path is a temporary root until the store is closed.
func (s *Store) AddText(ctx context.Context, name string, text []byte, refs []storepath.Path) (Info, error) {
	info, err := s.addText(ctx, name, text, refs)
	return info, s.explain(err)
}

func (s *Store) addText(ctx context.Context, name string, text []byte, refs []storepath.Path) (Info, error) {
	info, err := s.describeText(name, text, refs)
	if err != nil {
		return Info{}, err
	}
	if err := s.prepare(ctx); err != nil {
		return Info{}, err
	}
	if err := s.holdReferences(ctx, info); err != nil {
		return Info{}, err
	}
	return s.claim(ctx, info.Path, func() (Info, error) {
		real := s.Real(info.Path)
		if _, err := removeTree(real); err != nil { // of a killed process
			return Info{}, err
		}
		err := writeText(real, text)
		if err == nil {
			info, err = s.register(ctx, info)
		}
		if err != nil {
			os.Remove(real)
			return Info{}, err
		}
		return info, nil
	})
}

func (s *Store) describeText(name string, text []byte, refs []storepath.Path) (Info, error) {
	content := nixhash.NewHasher(nixhash.SHA256)
	content.Write(text)
	archive := nixhash.NewHasher(nixhash.SHA256)
	if err := dumpFile(archive, bytes.NewReader(text), int64(len(text))); err != nil {
		return Info{}, err
	}
	p, err := s.Dir().Text(name, content.Sum(), refs)
	return Info{
		Path:       p,
		NarHash:    archive.Sum(),
		NarSize:    archive.Size(),
		References: refs,
		CA:         storepath.ContentAddress{Method: storepath.Text, Hash: content.Sum()},
	}, err
}

// writeText makes a canonical file.
func writeText(path string, text []byte) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o444)
	if err != nil {
		return err
	}
	defer f.Close()
	if _, err := f.Write(text); err != nil {
		return err
	}
	if err := f.Chmod(0o444); err != nil { // whatever the umask
		return err
	}
	times := []unix.Timeval{{Sec: 1}, {Sec: 1}}
	if err := unix.Futimes(int(f.Fd()), times); err != nil {
		return &os.PathError{Op: "futimes", Path: path, Err: err}
	}
	return f.Close()
}
