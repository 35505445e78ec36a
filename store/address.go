package store

import (
	"context"
	"fmt"
	"io"
	"os"
	"slices"

	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// checkAddress holds that a content address is what the tree has, and the path
// follows from it. An input-addressed path cannot be checked.
func (s *Store) checkAddress(ctx context.Context, tree string, info Info) error {
	if info.CA.IsZero() {
		return nil
	}
	self := slices.Contains(info.References, info.Path)
	others := slices.DeleteFunc(slices.Clone(info.References), func(p storepath.Path) bool { return p == info.Path })
	p, err := s.Dir().ContentAddressed(info.Path.Name(), info.CA, others, self)
	if err == nil && p != info.Path {
		err = fmt.Errorf("an object with the address %s is %s", info.CA, p.Base())
	}
	if err != nil {
		return &AddressError{info.Path, err}
	}
	got := info.NarHash
	if self || info.CA.Method != storepath.NAR || info.CA.Hash.Algo() != nixhash.SHA256 {
		digest := ""
		if self {
			digest = info.Path.Digest()
		}
		if got, err = hashContent(ctx, tree, info.CA.Method, info.CA.Hash.Algo(), digest); err != nil {
			return &AddressError{info.Path, err}
		}
	}
	if got != info.CA.Hash {
		return &AddressError{info.Path, fmt.Errorf("its content has the %s hash %s, not %s", info.CA.Method, got, info.CA.Hash)}
	}
	return nil
}

// hashContent returns the hash of the file or tree at path by a method. With self,
// which is a digest of a store path and goes with [storepath.NAR] only, the hash
// is modulo self.
func hashContent(ctx context.Context, path string, m storepath.Method, a nixhash.Algo, self string) (nixhash.Hash, error) {
	switch {
	case m == storepath.NAR && self != "":
		sum := nixhash.NewModuloHasher(a, self)
		err := nar.Dump(&stoppable{ctx, sum}, path)
		return sum.Sum(), err
	case m == storepath.NAR:
		sum := nixhash.NewHasher(a)
		err := nar.Dump(&stoppable{ctx, sum}, path)
		return sum.Sum(), err
	case m == storepath.Git:
		return hashGit(ctx, path, a)
	}
	sum := nixhash.NewHasher(a)
	f, err := openRegular(path)
	if err != nil {
		return nixhash.Hash{}, err
	}
	defer f.Close()
	_, err = io.Copy(&stoppable{ctx, sum}, f)
	return sum.Sum(), err
}

// openRegular opens a regular file. It neither follows a link at path nor blocks.
func openRegular(path string) (*os.File, error) {
	f, err := os.OpenFile(path, os.O_RDONLY|noFollow, 0)
	if err != nil {
		return nil, err
	}
	info, err := f.Stat()
	if err == nil && !info.Mode().IsRegular() {
		err = fmt.Errorf("%s is not a regular file", path)
	}
	if err != nil {
		f.Close()
		return nil, err
	}
	return f, nil
}

// An AddressError says that an object's content address is wrong.
type AddressError struct {
	Path storepath.Path
	Err  error
}

func (e *AddressError) Error() string {
	return fmt.Sprintf("%s: its content address is wrong: %v", e.Path.Base(), e.Err)
}

// Unwrap returns what is wrong.
func (e *AddressError) Unwrap() error { return e.Err }
