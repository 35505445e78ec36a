package build

import (
	"bytes"
	"io"
	"os"
	"path/filepath"

	"devenv/store/nar"
)

// rewriter replaces digests in what passes through it by others of the same
// length.
type rewriter struct {
	w    io.Writer
	to   map[[digestLen]byte][]byte
	hold []byte // what may begin with a digest that is not whole yet
}

func newRewriter(w io.Writer, rewrites map[string]string) *rewriter {
	r := &rewriter{w: w, to: map[[digestLen]byte][]byte{}}
	for from, to := range rewrites {
		r.to[[digestLen]byte([]byte(from))] = []byte(to)
	}
	return r
}

func (r *rewriter) Write(p []byte) (int, error) {
	r.hold = append(r.hold, p...)
	for from, to := range r.to {
		for at := 0; ; {
			i := bytes.Index(r.hold[at:], from[:])
			if i < 0 {
				break
			}
			at += i + copy(r.hold[at+i:], to)
		}
	}
	pass := max(0, len(r.hold)-(digestLen-1))
	if _, err := r.w.Write(r.hold[:pass]); err != nil {
		return 0, err
	}
	r.hold = append(r.hold[:0], r.hold[pass:]...)
	return len(p), nil
}

func (r *rewriter) flush() error {
	_, err := r.w.Write(r.hold)
	r.hold = nil
	return err
}

// rewriteTree replaces digests in the tree at path: it makes another one in dir,
// a directory that only this process uses, and puts it in its place. The new one
// is not canonical.
func rewriteTree(path, dir string, rewrites map[string]string) error {
	pr, pw := io.Pipe()
	go func() {
		r := newRewriter(pw, rewrites)
		err := nar.Dump(r, path)
		if err == nil {
			err = r.flush()
		}
		pw.CloseWithError(err)
	}()
	defer pr.Close()
	fresh := filepath.Join(dir, "rewritten")
	if err := nar.Restore(pr, fresh); err != nil {
		return err
	}
	if err := removeTree(path); err != nil {
		return err
	}
	return moveTree(fresh, path)
}

// moveTree renames a tree. A directory that moves to another parent must be
// writable for the time of it.
func moveTree(from, to string) error {
	info, err := os.Lstat(from)
	if err != nil {
		return err
	}
	if info.IsDir() && info.Mode()&0o200 == 0 {
		if err := os.Chmod(from, info.Mode().Perm()|0o200); err != nil {
			return err
		}
	}
	return os.Rename(from, to)
}

// removeTree deletes a tree whose directories may be read-only.
func removeTree(path string) error {
	err := filepath.WalkDir(path, func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() {
			return os.Chmod(path, 0o700)
		}
		return nil
	})
	if err != nil {
		return err
	}
	return os.RemoveAll(path)
}

func exists(path string) bool {
	_, err := os.Lstat(path)
	return err == nil
}
