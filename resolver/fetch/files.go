package fetch

import (
	"context"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"devenv/store/nar"
)

// Files are the files that belong to a tree, and the directories that they are in.
type Files struct {
	names []string            // of files and links, slash-separated, sorted
	dirs  map[string][]string // the entries of each directory, sorted; "." is the root
	all   map[string]bool     // true: a file or link, false: a directory
}

// newFiles makes a set of files' names. They are clean and below the root.
func newFiles(names []string) *Files {
	f := &Files{names: names, dirs: map[string][]string{".": nil}, all: map[string]bool{".": false}}
	slices.Sort(f.names)
	f.names = slices.Compact(f.names)
	for _, name := range f.names {
		f.all[name] = true
		for name != "." {
			dir := path.Dir(name)
			_, known := f.dirs[dir]
			f.dirs[dir] = append(f.dirs[dir], path.Base(name))
			if known {
				break
			}
			f.all[dir] = false
			name = dir
		}
	}
	for _, entries := range f.dirs {
		slices.Sort(entries)
	}
	return f
}

// Names are the files and links, sorted. The slice is not the caller's to change.
func (f *Files) Names() []string { return f.names }

// Has reports whether a file or a directory belongs to the tree.
func (f *Files) Has(name string) bool {
	_, ok := f.all[path.Clean(name)]
	return ok
}

// entries are the names in a directory, sorted; false where it is none.
func (f *Files) entries(dir string) ([]string, bool) {
	entries, ok := f.dirs[dir]
	return entries, ok
}

// dump writes the NAR of the files below root.
func (f *Files) dump(ctx context.Context, w io.Writer, root string) error {
	out := nar.NewWriter(w)
	err := f.node(ctx, out, root, ".")
	if closed := out.Close(); err == nil {
		err = closed
	}
	return err
}

func (f *Files) node(ctx context.Context, w *nar.Writer, root, name string) error {
	if ctx.Err() != nil {
		return context.Cause(ctx)
	}
	entries, isDir := f.entries(name)
	if !isDir {
		return dumpFile(w, filepath.Join(root, name), name)
	}
	if err := w.WriteHeader(nar.Header{Path: name, Type: nar.Directory}); err != nil {
		return err
	}
	for _, entry := range entries {
		if err := f.node(ctx, w, root, path.Join(name, entry)); err != nil {
			return err
		}
	}
	return nil
}

// dumpFile writes a file or a link, as it is now.
func dumpFile(w *nar.Writer, file, name string) error {
	info, err := os.Lstat(file)
	if err != nil {
		return err
	}
	switch {
	case info.Mode()&fs.ModeSymlink != 0:
		target, err := os.Readlink(file)
		if err != nil {
			return err
		}
		return w.WriteHeader(nar.Header{Path: name, Type: nar.Symlink, Target: target})
	case !info.Mode().IsRegular():
		return &fs.PathError{Op: "read", Path: file, Err: fmt.Errorf("neither a file nor a link: %v", info.Mode().Type())}
	}
	in, err := os.Open(file)
	if err != nil {
		return err
	}
	defer in.Close()
	h := nar.Header{Path: name, Type: nar.Regular, Size: info.Size(), Executable: info.Mode()&0o100 != 0}
	if err := w.WriteHeader(h); err != nil {
		return err
	}
	if n, err := io.Copy(w, io.LimitReader(in, info.Size())); err != nil || n != info.Size() {
		return &fs.PathError{Op: "read", Path: file, Err: fmt.Errorf("it changed while it was read (%d of %d bytes): %w", n, info.Size(), err)}
	}
	return nil
}

// below returns the names with dir before them.
func below(dir string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = path.Join(dir, name)
	}
	return out
}

// inside reports whether name is dir or below it.
func inside(dir, name string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
