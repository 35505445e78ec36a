package fetch

import (
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
)

// view is a tree as a file system.
type view struct{ tree *Tree }

func (v *view) check(op, name string) (string, error) {
	if !fs.ValidPath(name) {
		return "", &fs.PathError{Op: op, Path: name, Err: fs.ErrInvalid}
	}
	if v.tree.Files != nil && !v.tree.Files.Has(name) {
		if err := v.tree.Check(name); err != nil {
			return "", err
		}
	}
	return filepath.Join(v.tree.Real, filepath.FromSlash(name)), nil
}

// Open implements fs.FS. A link is opened as what it leads to only where that
// belongs to the tree.
func (v *view) Open(name string) (fs.File, error) {
	file, err := v.check("open", name)
	if err != nil {
		return nil, err
	}
	root, err := os.OpenRoot(v.tree.Real)
	if err != nil { // a tree that is a file
		return os.Open(file)
	}
	defer root.Close()
	target, err := v.follow(root, name)
	if err != nil {
		return nil, err
	}
	f, err := root.Open(target)
	if err != nil {
		return nil, err
	}
	if entries, isDir := v.entries(target); isDir {
		return &openDir{File: f, root: v.tree.Real, name: target, names: entries}, nil
	}
	return f, nil
}

// entries are a directory's, where only some belong to the tree.
func (v *view) entries(name string) ([]string, bool) {
	if v.tree.Files == nil {
		return nil, false
	}
	return v.tree.Files.entries(name)
}

// follow resolves links at name, and holds that each step belongs to the tree.
func (v *view) follow(root *os.Root, name string) (string, error) {
	const maxLinks = 40
	for range maxLinks {
		if _, err := v.check("open", name); err != nil {
			return "", err
		}
		target, err := root.Readlink(name)
		if err != nil {
			return name, nil // no link, or nothing: Open says what
		}
		if path.IsAbs(target) {
			return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
		}
		if name = path.Join(path.Dir(name), target); !fs.ValidPath(name) {
			return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
		}
	}
	return "", &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
}

// Lstat implements fs.ReadLinkFS.
func (v *view) Lstat(name string) (fs.FileInfo, error) {
	file, err := v.check("lstat", name)
	if err != nil {
		return nil, err
	}
	return os.Lstat(file)
}

// ReadLink implements fs.ReadLinkFS.
func (v *view) ReadLink(name string) (string, error) {
	file, err := v.check("readlink", name)
	if err != nil {
		return "", err
	}
	return os.Readlink(file)
}

// openDir is a directory of which only names show.
type openDir struct {
	*os.File
	root, name string
	names      []string
}

// ReadDir implements fs.ReadDirFile.
func (d *openDir) ReadDir(n int) ([]fs.DirEntry, error) {
	take := len(d.names)
	if n > 0 {
		take = min(n, take)
	}
	var entries []fs.DirEntry
	for _, name := range d.names[:take] {
		info, err := os.Lstat(filepath.Join(d.root, d.name, name))
		if err != nil {
			return entries, err
		}
		entries = append(entries, fs.FileInfoToDirEntry(info))
	}
	d.names = d.names[take:]
	if n > 0 && take == 0 {
		return nil, io.EOF
	}
	return entries, nil
}
