// Package dryhost lets evaluations see this machine's files, and computes store
// paths without writing to a store.
package dryhost

import (
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"

	"devenv/resolver/nixlang/eval"
	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Host is an eval.Host. Show gets the lines that programs ask to show.
type Host struct {
	Dir   storepath.Dir
	Env   func(string) string
	Show  func(string)
	Embed map[string]string // files that are not on the disk
}

// maxFile bounds what is read into memory.
const maxFile = 1 << 30

// ReadFile reads a regular file.
func (h *Host) ReadFile(path string) ([]byte, error) {
	if text, ok := h.Embed[path]; ok {
		return []byte(text), nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("cannot read '%s': it is no regular file", path)
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data := make([]byte, 0, info.Size()+512)
	for {
		n, err := f.Read(data[len(data):cap(data)])
		data = data[:len(data)+n]
		if err == io.EOF {
			return data, nil
		}
		if err != nil {
			return nil, err
		}
		if len(data) > maxFile {
			return nil, fmt.Errorf("cannot read '%s': it is longer than %d bytes", path, maxFile)
		}
		if len(data) == cap(data) {
			data = append(data, 0)[:len(data)]
		}
	}
}

// ReadDir lists a directory.
func (h *Host) ReadDir(path string) ([]eval.DirEntry, error) {
	entries, err := os.ReadDir(path)
	if err != nil {
		return nil, err
	}
	list := make([]eval.DirEntry, len(entries))
	for i, e := range entries {
		list[i] = eval.DirEntry{Name: e.Name(), Type: typeOf(e.Type())}
	}
	return list, nil
}

// ReadLink returns the target of a symbolic link.
func (h *Host) ReadLink(path string) (string, error) { return os.Readlink(path) }

// Lstat says what a path is.
func (h *Host) Lstat(path string) (eval.FileType, error) {
	if _, ok := h.Embed[path]; ok {
		return eval.RegularFile, nil
	}
	info, err := os.Lstat(path)
	if err != nil {
		return 0, err
	}
	return typeOf(info.Mode().Type()), nil
}

func typeOf(m fs.FileMode) eval.FileType {
	switch m {
	case 0:
		return eval.RegularFile
	case fs.ModeDir:
		return eval.Directory
	case fs.ModeSymlink:
		return eval.Symlink
	}
	return eval.UnknownFile
}

// Getenv returns a variable of the environment.
func (h *Host) Getenv(name string) string { return h.Env(name) }

// StoreDir returns the logical store directory.
func (h *Host) StoreDir() string { return string(h.Dir) }

// Message shows a line.
func (h *Host) Message(text string) { h.Show(text) }

// AddText returns the path that a text would have.
func (h *Host) AddText(name, text string, refs []string) (string, error) {
	hasher := nixhash.NewHasher(nixhash.SHA256)
	_, _ = hasher.Write([]byte(text)) // never fails
	var paths []storepath.Path
	for _, r := range refs {
		p, err := h.Dir.Parse(r)
		if err != nil {
			return "", err
		}
		paths = append(paths, p)
	}
	p, err := h.Dir.Text(name, hasher.Sum(), paths)
	return h.Dir.Join(p), err
}

// AddPath returns the path that a file or a directory would have.
func (h *Host) AddPath(a eval.AddPath) (string, error) {
	sum, err := h.hash(a)
	if err != nil {
		return "", err
	}
	if !a.Want.IsZero() && a.Want != sum {
		return "", fmt.Errorf("store path mismatch in (possibly filtered) path added from '%s': its hash is %s, not %s", a.Path, sum.SRI(), a.Want.SRI())
	}
	var p storepath.Path
	if a.Flat {
		p, err = h.Dir.FixedOutput(a.Name, storepath.Flat, sum)
	} else {
		p, err = h.Dir.Source(a.Name, sum, nil, false)
	}
	return h.Dir.Join(p), err
}

func (h *Host) hash(a eval.AddPath) (nixhash.Hash, error) {
	switch {
	case a.Flat:
		data, err := h.ReadFile(a.Path)
		hasher := nixhash.NewHasher(nixhash.SHA256)
		_, _ = hasher.Write(data) // never fails
		return hasher.Sum(), err
	case a.Filter == nil:
		sum, _, err := nar.HashPath(a.Path)
		return sum, err
	}
	hasher := nixhash.NewHasher(nixhash.SHA256)
	w := nar.NewWriter(hasher)
	if err := h.filtered(w, a, a.Path, "."); err != nil {
		return nixhash.Hash{}, err
	}
	err := w.Close()
	return hasher.Sum(), err
}

// filtered writes what a filter lets through. The filter sees the root as
// well.
func (h *Host) filtered(w *nar.Writer, a eval.AddPath, path, inside string) error {
	typ, err := h.Lstat(path)
	if err != nil {
		return err
	}
	switch typ {
	case eval.Directory:
		if err := w.WriteHeader(nar.Header{Path: inside, Type: nar.Directory}); err != nil {
			return err
		}
		entries, err := h.ReadDir(path)
		if err != nil {
			return err
		}
		for _, e := range entries {
			child := filepath.Join(path, e.Name)
			if !a.Filter(child, e.Type) {
				continue
			}
			if err := h.filtered(w, a, child, join(inside, e.Name)); err != nil {
				return err
			}
		}
		return nil
	case eval.Symlink:
		target, err := h.ReadLink(path)
		if err != nil {
			return err
		}
		return w.WriteHeader(nar.Header{Path: inside, Type: nar.Symlink, Target: target})
	}
	return h.file(w, path, inside)
}

func (h *Host) file(w *nar.Writer, path, inside string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	data, err := h.ReadFile(path)
	if err != nil {
		return err
	}
	if err := w.WriteHeader(nar.Header{Path: inside, Type: nar.Regular, Executable: info.Mode()&0o100 != 0, Size: int64(len(data))}); err != nil {
		return err
	}
	_, err = w.Write(data)
	return err
}

func join(inside, name string) string {
	if inside == "." {
		return name
	}
	return inside + "/" + name
}
