package tools

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/gofrs/flock"
)

// Prepare makes the writable place of a contribution: directories, links, and what its setup
// commands make, which run once for a place. run runs a command; its output is for an error.
//
// It is safe to call at any time and from several processes at once; when there is nothing to
// do nothing is written.
func Prepare(ctx context.Context, c Contribution, run func(ctx context.Context, argv []string) error) error {
	if c.prepared() {
		return nil
	}
	for _, dir := range append([]string{c.Place}, c.Dirs...) {
		if err := os.MkdirAll(dir, 0o755); err != nil {
			return err
		}
	}
	lock := flock.New(filepath.Join(c.Place, ".lock"))
	if _, err := lock.TryLockContext(ctx, 50*time.Millisecond); err != nil {
		return fmt.Errorf("%s: %w", lock.Path(), err)
	}
	defer func() { _ = lock.Unlock() }()
	for link, target := range c.Links {
		if err := relink(link, target); err != nil {
			return err
		}
	}
	return c.setup(ctx, run)
}

// prepared is the question that is asked each time, so it must be cheap: a few lstats.
func (c Contribution) prepared() bool {
	for _, dir := range c.Dirs {
		if info, err := os.Stat(dir); err != nil || !info.IsDir() {
			return false
		}
	}
	for link, target := range c.Links {
		if old, err := os.Readlink(link); err != nil || old != target {
			return false
		}
	}
	return c.isSetUp()
}

func (c Contribution) isSetUp() bool {
	if len(c.Setup) == 0 {
		return true
	}
	stamp, err := os.ReadFile(c.stampFile())
	return err == nil && string(stamp) == c.stamp()
}

func (c Contribution) stampFile() string { return filepath.Join(c.Place, ".setup") }

// stamp names the commands: they change when the place moves or the catalogue does.
func (c Contribution) stamp() string {
	text, err := json.Marshal(c.Setup)
	if err != nil {
		panic(err) // strings always have a JSON form
	}
	sum := sha256.Sum256(text)
	return hex.EncodeToString(sum[:])
}

func (c Contribution) setup(ctx context.Context, run func(context.Context, []string) error) error {
	if c.isSetUp() {
		return nil
	}
	for _, argv := range c.Setup {
		if err := run(ctx, argv); err != nil {
			return fmt.Errorf("%s: %w", strings.Join(argv, " "), err)
		}
	}
	return os.WriteFile(c.stampFile(), []byte(c.stamp()), 0o644)
}

// relink makes link point at target, by rename. Other links beside it that lead into the tree
// that link pointed at before follow it to the new tree, where that has the same file: they
// are what a tool made there by itself, as corepack does.
func relink(link, target string) error {
	old, err := os.Readlink(link)
	if err == nil && old == target {
		return nil
	}
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return fmt.Errorf("%s: something else is where a link to %s belongs; move it away", link, target)
	}
	if err := replaceLink(link, target); err != nil {
		return err
	}
	if oldTree, newTree, ok := movedTree(old, target); ok {
		return followLinks(filepath.Dir(link), oldTree, newTree)
	}
	return nil
}

func replaceLink(link, target string) error {
	tmp := fmt.Sprintf("%s.%d.tmp", link, os.Getpid())
	if err := os.Remove(tmp); err != nil && !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	if err := os.Symlink(target, tmp); err != nil {
		return err
	}
	return os.Rename(tmp, link)
}

// movedTree takes the common end off two targets: what is left are two trees.
func movedTree(old, now string) (oldTree, newTree string, ok bool) {
	for filepath.Base(old) == filepath.Base(now) && len(filepath.Dir(old)) < len(old) {
		old, now, ok = filepath.Dir(old), filepath.Dir(now), true
	}
	return old, now, ok && len(old) > 1 && len(now) > 1
}

func followLinks(dir, oldTree, newTree string) error {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return err
	}
	here, err := filepath.EvalSymlinks(dir)
	if err != nil {
		return err
	}
	for _, e := range entries {
		target, err := os.Readlink(filepath.Join(dir, e.Name()))
		if err != nil {
			continue
		}
		if !filepath.IsAbs(target) {
			target = filepath.Join(here, target)
		}
		rest, inside := strings.CutPrefix(target, oldTree+string(filepath.Separator))
		next := filepath.Join(newTree, rest)
		if _, err := os.Stat(next); !inside || err != nil {
			continue
		}
		if err := replaceLink(filepath.Join(dir, e.Name()), next); err != nil {
			return err
		}
	}
	return nil
}
