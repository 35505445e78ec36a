package nar

import (
	"errors"
	"fmt"
	"io"
	"strings"
)

// Writer puts an archive together: [Writer.WriteHeader] begins a node, Write
// fills it if it is a regular file, [Writer.Close] ends the archive. The nodes
// come as a [Reader] gives them: the root first, each directory's entries right
// after it, sorted by name. What breaks that order is refused, and every later
// call returns the same error.
type Writer struct {
	*encoder
	dirs   []openDir // the directories that can still get entries
	begun  bool      // the root was written
	inFile bool
	size   int64 // of the regular file at hand
	left   int64 // what its contents still lack
}

// NewWriter returns a writer to w. It must be closed, also after an error.
func NewWriter(w io.Writer) *Writer {
	return &Writer{encoder: newEncoder(func(full []byte) ([]byte, error) {
		_, err := w.Write(full)
		return full[:0], err
	})}
}

// WriteHeader begins the node that h describes. The contents of the node before
// must be complete.
func (w *Writer) WriteHeader(h Header) error {
	if w.err == nil {
		if err := w.header(h); err != nil && w.err == nil {
			w.err = fmt.Errorf("NAR entry %q: %w", h.Path, err)
		}
	}
	return w.err
}

func (w *Writer) header(h Header) error {
	if err := w.endFile(); err != nil {
		return err
	}
	if err := w.place(h.Path); err != nil {
		return err
	}
	switch h.Type {
	case Directory:
		w.directory()
		dir := openDir{path: h.Path}
		if len(w.dirs) == 0 {
			dir.path = "" // as place has it: the root is no part of other paths
		}
		w.dirs = append(w.dirs, dir)
	case Symlink:
		if err := checkTarget(h.Target); err != nil {
			return err
		}
		w.symlink(h.Target)
		w.endNode()
	case Regular:
		if h.Size < 0 {
			return fmt.Errorf("size %d", h.Size)
		}
		w.regular(h.Executable, h.Size)
		w.inFile, w.size, w.left = true, h.Size, h.Size
	default:
		return fmt.Errorf("unknown file type %q", h.Type)
	}
	return nil
}

// place closes the directories that path is not in, and begins its entry.
func (w *Writer) place(path string) error {
	if !w.begun {
		if path != "." {
			return errors.New("the root \".\" comes first")
		}
		w.begun = true
		w.raw(wMagic)
		return nil
	}
	parent, name := "", path
	if i := strings.LastIndexByte(path, '/'); i > 0 {
		parent, name = path[:i], path[i+1:]
	}
	for len(w.dirs) > 0 && w.dirs[len(w.dirs)-1].path != parent {
		w.endDir()
	}
	if len(w.dirs) == 0 {
		return errors.New("its directory was not begun, or is closed")
	}
	if len(w.dirs) >= maxDepth {
		return errDepth
	}
	dir := &w.dirs[len(w.dirs)-1]
	if err := checkEntry(dir.last, name); err != nil {
		return err
	}
	dir.last = name
	w.entry(name)
	return nil
}

// Write adds p to the contents of the regular file at hand.
func (w *Writer) Write(p []byte) (int, error) {
	if w.err == nil && int64(len(p)) > w.left {
		w.err = fmt.Errorf("NAR: %d bytes of contents where %d are due", len(p), w.left)
	}
	if w.err != nil {
		return 0, w.err
	}
	w.left -= int64(len(p))
	w.bytes(p)
	return len(p), w.err
}

// endFile ends the regular file at hand, if there is one.
func (w *Writer) endFile() error {
	if !w.inFile {
		return nil
	}
	if w.left > 0 {
		return fmt.Errorf("the file before lacks %d of its %d bytes", w.left, w.size)
	}
	w.inFile = false
	w.endRegular(w.size)
	w.endNode()
	return nil
}

// endDir ends the innermost directory.
func (w *Writer) endDir() {
	w.dirs = w.dirs[:len(w.dirs)-1]
	w.endDirectory()
	w.endNode()
}

// endNode ends the entry of a node that is complete; the root has none.
func (w *Writer) endNode() {
	if len(w.dirs) > 0 {
		w.endEntry()
	}
}

// Close ends the archive and writes what is buffered. It does not close the
// writer below.
func (w *Writer) Close() error {
	if w.buf == nil {
		return w.err
	}
	if w.err == nil {
		w.err = w.endFile()
	}
	for w.err == nil && len(w.dirs) > 0 {
		w.endDir()
	}
	if w.err == nil && !w.begun {
		w.err = errors.New("NAR without a node")
	}
	if err := w.finish(); err != nil {
		return err
	}
	w.err = errors.New("NAR writer is closed")
	return nil
}
