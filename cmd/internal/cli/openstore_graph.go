package cli

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"io"
	"path"
	"strings"

	"devenv/store"
	"devenv/store/derivation"
	"devenv/store/nar"
	"devenv/store/storepath"
	"devenv/store/transport"
)

// Closure returns paths and all that they refer to, references first, of a store
// of any kind.
func (s *anyStore) Closure(ctx context.Context, paths ...storepath.Path) ([]store.Info, error) {
	if c, ok := s.both.(interface {
		Closure(context.Context, ...storepath.Path) ([]store.Info, error)
	}); ok {
		return c.Closure(ctx, paths...)
	}
	plan, err := transport.MakePlan(ctx, s, nowhere{dir: s.Dir()}, paths, transport.Options{})
	if err != nil {
		return nil, err
	}
	return plan.Paths, nil
}

// Derivation reads a derivation of a store of any kind.
func (s *anyStore) Derivation(ctx context.Context, p storepath.Path) (drv *derivation.Derivation, err error) {
	if d, ok := s.both.(interface {
		Derivation(context.Context, storepath.Path) (*derivation.Derivation, error)
	}); ok {
		return d.Derivation(ctx, p)
	}
	err = s.file(ctx, p, ".", func(r io.Reader) error {
		text, err := io.ReadAll(io.LimitReader(r, maxDerivation))
		if err == nil {
			drv, err = derivation.Parse(s.Dir(), strings.TrimSuffix(p.Name(), derivation.Extension), string(text))
		}
		return err
	})
	return drv, err
}

// keep makes link a link to p that keeps p from garbage collection.
func (s *anyStore) keep(ctx context.Context, link string, p storepath.Path) error {
	roots, err := able[interface {
		AddIndirectRoot(ctx context.Context, link string, p storepath.Path) error
	}](s, "keep what links lead to", "do without the link")
	if err != nil {
		return err
	}
	return roots.AddIndirectRoot(ctx, link, p)
}

// maxDerivation is how many bytes of a derivation are read.
const maxDerivation = 256 << 20

// file gives the regular file at name in the tree p to use, from p's archive.
// Name is a slash path from the tree's root, "." the root itself.
func (s *anyStore) file(ctx context.Context, p storepath.Path, name string, use func(io.Reader) error) error {
	if _, err := s.Lookup(ctx, p); err != nil {
		return err
	}
	shown := path.Join(s.Dir().Join(p), name)
	return s.Nar(ctx, p, func(r io.Reader) error {
		archive := nar.NewReader(bufio.NewReader(r))
		for {
			switch h, err := archive.Next(); {
			case errors.Is(err, io.EOF):
				return usagef("there is no %s", shown)
			case err != nil:
				return err
			case h.Path == name && h.Type != nar.Regular:
				return usagef("%s is not a regular file", shown)
			case h.Path == name:
				return use(archive)
			}
		}
	})
}

// listing is what is in the tree p, from p's archive.
func (s *anyStore) listing(ctx context.Context, p storepath.Path) (root *nar.Listing, err error) {
	if _, err := s.Lookup(ctx, p); err != nil {
		return nil, fmt.Errorf("%s: %w", s.Dir().Join(p), err)
	}
	err = s.Nar(ctx, p, func(r io.Reader) (err error) {
		root, err = nar.List(bufio.NewReader(r))
		return err
	})
	return root, err
}

// nowhere is a destination that has nothing, for a plan that is not run.
type nowhere struct {
	transport.Destination
	dir storepath.Dir
}

func (n nowhere) Dir() storepath.Dir { return n.dir }
func (nowhere) Missing(_ context.Context, paths []storepath.Path) ([]storepath.Path, error) {
	return paths, nil
}
