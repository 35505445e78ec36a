package store

import (
	"context"
	"crypto/sha1"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// NotALinkError is the error for an indirect root whose place something else
// takes.
type NotALinkError struct{ Link string }

func (e *NotALinkError) Error() string {
	return fmt.Sprintf("%s is there already and is no link into the store", e.Link)
}

// Hint says what to do.
func (e *NotALinkError) Hint() string { return "choose another name, or move it away" }

// AddIndirectRoot makes link, an absolute path outside of the store, a symbolic
// link to a valid path that keeps it from garbage collection for as long as the
// link is there and leads to it: Nix's gcroots/auto. A link that leads into the
// store already is replaced.
func (s *Store) AddIndirectRoot(ctx context.Context, link string, p storepath.Path) error {
	return s.explain(s.addIndirectRoot(ctx, filepath.Clean(link), p))
}

func (s *Store) addIndirectRoot(ctx context.Context, link string, p storepath.Path) error {
	if err := s.prepare(ctx); err != nil {
		return err
	}
	if err := s.addTempRoot(ctx, p); err != nil {
		return err
	}
	if _, err := s.Lookup(ctx, p); err != nil {
		return err
	}
	if err := mayLink(s.Dir(), link); err != nil {
		return err
	}
	auto := filepath.Join(s.place.State, "gcroots", "auto")
	if err := os.MkdirAll(auto, 0o755); err != nil {
		return err
	}
	digest := sha1.Sum([]byte(link)) // the name that Nix gives it
	if err := replaceLink(filepath.Join(auto, nixhash.EncodeNix32(digest[:])), link); err != nil {
		return err
	}
	return replaceLink(link, s.Dir().Join(p))
}

// Link makes link, an absolute path, a symbolic link to p of a store with the
// directory dir. One that leads into the store already is replaced; the error is
// a *NotALinkError for anything else that lies there.
func Link(dir storepath.Dir, link string, p storepath.Path) error {
	if err := mayLink(dir, link); err != nil {
		return err
	}
	return replaceLink(link, dir.Join(p))
}

// mayLink holds that at link there is nothing, or a link into the store.
func mayLink(dir storepath.Dir, link string) error {
	switch old, err := os.Readlink(link); {
	case err == nil && !strings.HasPrefix(old, string(dir)+"/"):
		return &NotALinkError{link}
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return &NotALinkError{link}
	}
	return nil
}

// replaceLink makes a symbolic link where there is none or one, at once, beside
// whatever else lies there.
func replaceLink(name, target string) error {
	temp, err := os.MkdirTemp(filepath.Dir(name), ".devenv-link-")
	if err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	fresh := filepath.Join(temp, "link")
	if err := os.Symlink(target, fresh); err != nil {
		return err
	}
	return os.Rename(fresh, name)
}
