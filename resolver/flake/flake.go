package flake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"strings"
	"syscall"

	"devenv/lockfile"
	"devenv/resolver/fetch"
	"devenv/resolver/flakeref"
)

// A Flake is a flake's tree and what its flake.nix says.
type Flake struct {
	Original flakeref.Ref // as somebody named it
	Resolved flakeref.Ref // the place that a name stands for
	// Dirty says that the tree is not what its revision is: the lock that it is
	// evaluated with is not the one in it.
	Dirty bool
	*Declaration

	tree *fetch.Tree
	dir  string // within the tree
}

// Locked is the flake's tree as a lock has it. It may have to read the whole tree.
func (f *Flake) Locked(ctx context.Context) (flakeref.Ref, error) {
	ref, err := f.tree.Locked(ctx)
	ref.Dir = f.Resolved.Dir
	return ref, err
}

// Tree is where the flake's files are.
func (f *Flake) Tree() *fetch.Tree { return f.tree }

// Dir is the flake's directory within its tree, slash-separated; "" is the root.
func (f *Flake) Dir() string { return f.dir }

// Get fetches a flake and reads its flake.nix. Names are looked up in all
// registries.
func (s *Session) Get(ctx context.Context, ref flakeref.Ref) (*Flake, error) {
	return s.get(ctx, ref, false, lookupEverywhere, nil)
}

// get is Get for the flake that is the input at the path root, whose reference
// may be a lock's entry.
func (s *Session) get(ctx context.Context, ref flakeref.Ref, final bool, where lookup, root InputPath) (*Flake, error) {
	t, resolved, err := s.tree(ctx, ref, final, where)
	if err != nil {
		return nil, err
	}
	f := &Flake{Original: ref, Resolved: resolved, tree: t}
	if f.dir, err = inTree("", resolved.Dir); err != nil {
		return nil, err
	}
	if f.Declaration, err = s.declaration(t, f.dir, root); err != nil || len(f.Self) == 0 {
		return f, err
	}
	return f, s.again(ctx, f, root)
}

// again fetches a flake's tree with what the flake says of itself.
func (s *Session) again(ctx context.Context, f *Flake, root InputPath) error {
	ref := f.Resolved
	if f.tree.Rev() != "" {
		ref = f.tree.Ref().With("narHash", nil)
	}
	changed := false
	for name, value := range f.Self {
		if ref.Attrs()[name] == value || ref.Attrs()[name] == nil && value == false {
			continue
		}
		changed = true
		ref = ref.With(name, value)
	}
	if !changed {
		return nil
	}
	checked, err := flakeref.FromAttrs(ref.Attrs())
	if err != nil {
		return err
	}
	if f.tree, _, err = s.tree(ctx, checked, false, lookupNowhere); err != nil {
		return err
	}
	f.Declaration, err = s.declaration(f.tree, f.dir, root)
	return err
}

// inTree is a directory as seen from another one of a tree; both are
// slash-separated, and "" is the tree's root.
func inTree(from, dir string) (string, error) {
	joined := path.Join("/tree", from, dir)
	if joined != "/tree" && !strings.HasPrefix(joined, "/tree/") || path.IsAbs(dir) {
		return "", &Error{
			Fact: fmt.Sprintf("the directory %q leads out of the source tree", dir),
			Next: "a flake reaches what is in its own tree; for another one give the whole path, or its repository",
		}
	}
	return strings.TrimPrefix(strings.TrimPrefix(joined, "/tree"), "/"), nil
}

// declaration reads the flake.nix in a directory of a tree.
func (s *Session) declaration(t *fetch.Tree, dir string, root InputPath) (*Declaration, error) {
	const name = "flake.nix"
	text, err := readFile(t, path.Join(dir, name))
	if err != nil {
		return nil, noFlake(t, dir, err)
	}
	return s.reader.read(filepath.Join(t.Real, dir, name), string(text), dir, root)
}

// maxFile is how long a flake.nix or a flake.lock may be.
const maxFile = 64 << 20

func readFile(t *fetch.Tree, name string) ([]byte, error) {
	info, err := fs.Stat(t.FS(), name)
	if err != nil {
		return nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > maxFile {
		return nil, &fs.PathError{Op: "read", Path: filepath.Join(t.Real, name), Err: errors.New("it is no file, or a very long one")}
	}
	return fs.ReadFile(t.FS(), name)
}

// noFlake is the error about a tree without a flake.nix.
func noFlake(t *fetch.Tree, dir string, err error) error {
	var untracked *fetch.UntrackedError
	switch {
	case errors.As(err, &untracked), !errors.Is(err, fs.ErrNotExist) && !errors.Is(err, syscall.ENOTDIR):
		return err
	case dir != "":
		return &Error{Fact: fmt.Sprintf("%s has no flake.nix in its directory %s", shownTree(t), dir), Next: "check dir=, or say flake = false where only its files are wanted", Err: err}
	}
	return &Error{Fact: shownTree(t) + " has no flake.nix", Next: "say flake = false where only its files are wanted, or dir= if the flake is in a directory of it", Err: err}
}

func shownTree(t *fetch.Tree) string { return flakeref.Redact(t.Ref().String()) }

// readLock reads the flake.lock beside a flake's flake.nix; nil without one.
func readLock(t *fetch.Tree, dir string) (*lockfile.Lock, string, error) {
	name := path.Join(dir, "flake.lock")
	shown := filepath.Join(t.Real, name)
	text, err := readFile(t, name)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, shown, nil
	}
	if err != nil {
		return nil, shown, err
	}
	l, err := lockfile.Parse(text, shown)
	return l, shown, err
}
