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

// Files are the files that belong to a tree. Directories belong to it if a file
// below them does.
type Files struct {
	names []string // of files and links: slash-separated, sorted, each once
}

// newFiles makes a set of files' names, which are clean and below the root. It
// keeps the slice.
func newFiles(names []string) *Files {
	if !slices.IsSorted(names) {
		slices.Sort(names)
	}
	return &Files{names: slices.Compact(names)}
}

// Names are the files and links, sorted. The slice is not the caller's to change.
func (f *Files) Names() []string { return f.names }

// Has reports whether a file or a directory belongs to the tree.
func (f *Files) Has(name string) bool {
	name = path.Clean(name)
	if _, ok := slices.BinarySearch(f.names, name); ok {
		return true
	}
	return f.isDir(name)
}

func (f *Files) isDir(name string) bool { return name == "." || len(f.below(name, f.names)) > 0 }

// below is the part of names, which are sorted, that is in a directory.
func (f *Files) below(dir string, names []string) []string {
	if dir == "." {
		return names
	}
	from, _ := slices.BinarySearch(names, dir+"/")
	to, _ := slices.BinarySearch(names, dir+"0") // "0" comes right after "/"
	return names[from:to]
}

// entries are the names in a directory, sorted; false where it is none.
func (f *Files) entries(dir string) ([]string, bool) {
	inside := f.below(dir, f.names)
	if len(inside) == 0 && dir != "." {
		return nil, false
	}
	prefix := len(dir) + 1
	if dir == "." {
		prefix = 0
	}
	var entries []string
	for len(inside) > 0 {
		name, _, isDir := strings.Cut(inside[0][prefix:], "/")
		entries = append(entries, name)
		skip := 1
		if isDir {
			skip = len(f.below(inside[0][:prefix+len(name)], inside))
		}
		inside = inside[skip:]
	}
	slices.Sort(entries) // a-b comes before a/c, but a comes before a-b
	return slices.Compact(entries), true
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

// prefixed returns the names with dir before them.
func prefixed(dir string, names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[i] = path.Join(dir, name)
	}
	return out
}

// inside reports whether name is dir or below it.
func inside(dir, name string) bool { return name == dir || strings.HasPrefix(name, dir+"/") }
