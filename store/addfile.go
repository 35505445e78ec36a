package store

import (
	"context"
	"errors"
	"fmt"
	"io"

	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// AddFile adds the file or tree at path under name, by a method and a hash
// algorithm, from which its path is made. A link at path is added as a link by
// [storepath.NAR] and [storepath.Git], and followed by the others, which take a
// regular file and leave out that it is executable.
//
// A path that is valid already is not copied. The path is a temporary root until
// the store is closed.
func (s *Store) AddFile(ctx context.Context, name string, m storepath.Method, a nixhash.Algo, path string) (Info, error) {
	info, err := s.addFile(ctx, name, m, a, path)
	return info, s.explain(err)
}

func (s *Store) addFile(ctx context.Context, name string, m storepath.Method, a nixhash.Algo, path string) (Info, error) {
	info, err := s.DescribeFile(ctx, name, m, a, path)
	if err != nil {
		return Info{}, err
	}
	if err := s.prepare(ctx); err != nil {
		return Info{}, err
	}
	return s.claim(ctx, info.Path, func() (Info, error) {
		r, w := io.Pipe()
		go func() { w.CloseWithError(dumpAs(ctx, w, m, path)) }()
		defer r.Close()
		t, err := s.unpack(ctx, info, r)
		if _, changed := errors.AsType[*HashError](err); changed {
			return Info{}, fmt.Errorf("%s changed while it was added", path)
		}
		if err != nil {
			return Info{}, err
		}
		defer t.remove()
		return s.install(ctx, t, info)
	})
}

// DescribeFile returns what AddFile would add, and adds nothing.
func (s *Store) DescribeFile(ctx context.Context, name string, m storepath.Method, a nixhash.Algo, path string) (Info, error) {
	if err := storepath.CheckName(name); err != nil {
		return Info{}, err
	}
	sum := nixhash.NewHasher(nixhash.SHA256)
	if err := dumpAs(ctx, sum, m, path); err != nil {
		return Info{}, err
	}
	info := Info{NarHash: sum.Sum(), NarSize: sum.Size(), CA: storepath.ContentAddress{Method: m, Hash: sum.Sum()}}
	var err error
	if m != storepath.NAR || a != nixhash.SHA256 {
		if m == storepath.Flat || m == storepath.Text {
			if path, err = resolve(path); err != nil {
				return Info{}, err
			}
		}
		if info.CA.Hash, err = hashContent(ctx, path, m, a, ""); err != nil {
			return Info{}, err
		}
	}
	info.Path, err = s.Dir().ContentAddressed(name, info.CA, nil, false)
	return info, err
}

// dumpAs writes the NAR of the object that the file at path becomes.
func dumpAs(ctx context.Context, w io.Writer, m storepath.Method, path string) error {
	w = &stoppable{ctx, w}
	if m == storepath.NAR || m == storepath.Git {
		return nar.Dump(w, path)
	}
	path, err := resolve(path)
	if err != nil {
		return err
	}
	f, err := openRegular(path)
	if err != nil {
		return err
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		return err
	}
	return dumpFile(w, f, info.Size())
}

// dumpFile writes the NAR of a regular file with the given content.
func dumpFile(w io.Writer, content io.Reader, size int64) error {
	archive := nar.NewWriter(w)
	if err := archive.WriteHeader(nar.Header{Path: ".", Type: nar.Regular, Size: size}); err != nil {
		return errors.Join(err, archive.Close())
	}
	_, err := io.CopyN(archive, content, size)
	return errors.Join(err, archive.Close())
}
