package binarycache

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
)

// dirFiles is a cache in a directory. No name leads out of it.
type dirFiles struct{ dir string }

func (d *dirFiles) open(name string) (*os.File, error) {
	root, err := os.OpenRoot(d.dir)
	if err != nil {
		return nil, err
	}
	defer root.Close()
	f, err := root.Open(name)
	if err != nil {
		return nil, err
	}
	if info, err := f.Stat(); err != nil || !info.Mode().IsRegular() {
		f.Close()
		return nil, errors.Join(err, fmt.Errorf("%s in %s is not a regular file", name, d.dir))
	}
	return f, nil
}

func (d *dirFiles) get(_ context.Context, name string, most int64) ([]byte, error) {
	f, err := d.open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	text, err := io.ReadAll(io.LimitReader(f, most+1))
	if int64(len(text)) > most {
		return nil, fmt.Errorf("%s in %s is longer than %d bytes", name, d.dir, most)
	}
	return text, err
}

func (d *dirFiles) stream(ctx context.Context, name string, about archive, sink func(io.Reader) error) error {
	f, err := d.open(name)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return err
	} else if about.size > 0 && info.Size() != about.size {
		return fmt.Errorf("%s in %s has %d bytes, its .narinfo says %d", name, d.dir, info.Size(), about.size)
	}
	return sink(&stoppable{ctx, f})
}

func (d *dirFiles) has(_ context.Context, name string) (bool, error) {
	f, err := d.open(name)
	if errors.Is(err, fs.ErrNotExist) {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	return true, f.Close()
}

// put writes to a temporary file, which is on the disk before it has its name.
func (d *dirFiles) put(ctx context.Context, name, _ string, c content) (err error) {
	if err := os.MkdirAll(d.dir, 0o755); err != nil {
		return err
	}
	root, err := os.OpenRoot(d.dir)
	if err != nil {
		return err
	}
	defer root.Close()
	if err := root.MkdirAll(path.Dir(name), 0o755); err != nil {
		return err
	}
	source, err := c.open()
	if err != nil {
		return err
	}
	defer source.Close()
	temp := fmt.Sprintf("%s.tmp-%d-%x", name, os.Getpid(), c.hash.Sum()[:4])
	f, err := root.OpenFile(temp, os.O_WRONLY|os.O_CREATE|os.O_TRUNC, 0o644)
	if err != nil {
		return err
	}
	_, err = io.Copy(f, &stoppable{ctx, source})
	if err == nil {
		err = f.Sync()
	}
	if err = errors.Join(err, f.Close()); err == nil {
		err = root.Rename(temp, name)
	}
	if err != nil {
		root.Remove(temp) //nolint:errcheck // the error that counts is there already
	}
	return err
}

// stoppable is a reader that a context ends.
type stoppable struct {
	ctx context.Context
	r   io.Reader
}

func (s *stoppable) Read(p []byte) (int, error) {
	if err := context.Cause(s.ctx); err != nil {
		return 0, err
	}
	return s.r.Read(p)
}

// isMissing reports whether err says that a file is not there.
func isMissing(err error) bool { return errors.Is(err, fs.ErrNotExist) }
