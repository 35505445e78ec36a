package unpack

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"
)

// kind of a node in the tree.
type kind uint8

const (
	dir kind = iota + 1
	file
	symlink
)

// tree is the tree that is being written. It knows every node that it made, and
// makes a node only in a directory that it made: so nothing is ever written
// through a link. What it did not make and finds all the same is a name that
// the file system takes for another's, by case or by normal form.
type tree struct {
	opt    Options
	limits *limits
	root   *os.Root
	target string // dest/Into
	fresh  bool   // target did not exist before

	nodes map[string]kind
	links []link // symbolic links, made last

	here    *os.Root // the directory of the last file
	hereDir string
}

// newTree opens dest/Into, which must be empty or absent.
func newTree(dest string, opt Options) (*tree, error) {
	if opt.Into != "" {
		if fact := checkName(opt.Into); fact != "" {
			return nil, fmt.Errorf("the directory %q below %s %s", opt.Into, dest, fact)
		}
	}
	t := &tree{opt: opt.withDefaults(), nodes: map[string]kind{".": dir}, target: filepath.Join(dest, filepath.FromSlash(opt.Into))}
	t.limits = &limits{maxBytes: t.opt.MaxBytes, maxFiles: t.opt.MaxFiles}
	entries, err := os.ReadDir(t.target)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		t.fresh = true
		err = os.MkdirAll(t.target, 0o755)
	case err == nil && len(entries) > 0:
		err = fmt.Errorf("%s is not empty", t.target)
	}
	if err != nil {
		return nil, diskFull(dest, err)
	}
	if t.root, err = os.OpenRoot(t.target); err != nil {
		return nil, err
	}
	return t, nil
}

// finish makes the links, or removes everything when err is not nil.
func (t *tree) finish(err error) error {
	if err == nil {
		err = t.makeLinks()
	}
	t.leave()
	if err != nil {
		t.clear()
	}
	t.root.Close()
	return diskFull(t.target, err)
}

func (t *tree) clear() {
	for name := range t.nodes {
		if name != "." && !strings.Contains(name, "/") {
			t.root.RemoveAll(name)
		}
	}
	if t.fresh {
		os.Remove(t.target)
	}
}

// addDir makes a directory and those above it. An archive may name a directory
// many times.
func (t *tree) addDir(entry, name string) error {
	switch t.nodes[name] {
	case dir:
		return nil
	case file, symlink:
		return &EntryError{Name: entry, Fact: "needs a directory where the archive has a file or a link"}
	}
	if err := t.addDir(entry, path.Dir(name)); err != nil {
		return err
	}
	if err := t.claim(entry, name, dir); err != nil {
		return err
	}
	return t.made(entry, t.root.Mkdir(name, 0o755))
}

// claim takes a name that must be new, in a directory that exists already.
func (t *tree) claim(entry, name string, k kind) error {
	if t.nodes[name] != 0 {
		return &EntryError{Name: entry, Fact: "is there twice"}
	}
	if err := t.limits.count(entry); err != nil {
		return err
	}
	t.nodes[name] = k
	return nil
}

// made explains why a node could not be made.
func (t *tree) made(entry string, err error) error {
	if errors.Is(err, fs.ErrExist) {
		return &EntryError{Name: entry, Fact: "has a name that this file system takes for another entry's (upper and lower case, or accents)"}
	}
	if err != nil {
		return fmt.Errorf("archive entry %q: %w", entry, err)
	}
	return nil
}

// create makes an empty file. It is not safe for concurrent use; writing to
// what it returns is.
func (t *tree) create(entry, name string, exec bool) (*os.File, error) {
	parent := path.Dir(name)
	if err := t.addDir(entry, parent); err != nil {
		return nil, err
	}
	if err := t.claim(entry, name, file); err != nil {
		return nil, err
	}
	if err := t.enter(parent); err != nil {
		return nil, t.made(entry, err)
	}
	mode := fs.FileMode(0o644)
	if exec || t.opt.Exec != nil && t.opt.Exec(name) {
		mode = 0o755
	}
	f, err := t.here.OpenFile(path.Base(name), os.O_WRONLY|os.O_CREATE|os.O_EXCL, mode)
	return f, t.made(entry, err)
}

// enter keeps the directory of the last file open: archives are in the order of
// directories, and a name in an open directory costs one system call, a path
// one for each element.
func (t *tree) enter(parent string) error {
	if t.here != nil && t.hereDir == parent {
		return nil
	}
	from, name := t.root, parent
	if t.here != nil && t.hereDir == path.Dir(parent) {
		from, name = t.here, path.Base(parent)
	}
	here, err := from.OpenRoot(name)
	if err != nil {
		return err
	}
	t.leave()
	t.here, t.hereDir = here, parent
	return nil
}

func (t *tree) leave() {
	if t.here != nil {
		t.here.Close()
		t.here = nil
	}
}

const bufferSize = 128 << 10

// fill writes the content of an entry to f and closes it.
func (t *tree) fill(ctx context.Context, entry string, f *os.File, content io.Reader, buf []byte) error {
	err := t.pour(ctx, entry, f, content, buf)
	if closed := f.Close(); err == nil {
		err = closed
	}
	return err
}

func (t *tree) pour(ctx context.Context, entry string, f *os.File, content io.Reader, buf []byte) error {
	for {
		n, err := content.Read(buf)
		if n > 0 {
			if err := t.limits.grow(entry, int64(n)); err != nil {
				return err
			}
			if _, err := f.Write(buf[:n]); err != nil {
				return fmt.Errorf("archive entry %q: %w", entry, err)
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return &readError{err}
		}
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
	}
}

// readError is an error of the archive rather than of the tree.
type readError struct{ err error }

func (e *readError) Error() string { return e.err.Error() }

func (e *readError) Unwrap() error { return e.err }
