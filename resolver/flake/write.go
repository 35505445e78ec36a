package flake

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"devenv/lockfile"
	"devenv/resolver/flakeref"
)

// write puts the lock where it belongs, if it may.
func (s *Session) write(ctx context.Context, l *Locked, o LockOptions) error {
	if o.NoWrite {
		l.Dirty = true
		return nil
	}
	root, here := sourceDir(l.Original)
	if !here && o.Output == "" {
		return &Error{
			Fact: fmt.Sprintf("the lock of %s has to change, and cannot be written there:\n%s", l.Original, strings.TrimRight(l.Changes.String(), "\n")),
			Next: "use it as it is with --no-write-lock-file, or let its author lock it",
		}
	}
	if ref := unlocked(l.root, o.DirtyLocks); !ref.IsZero() {
		if o.MustLock {
			return &Error{
				Fact: fmt.Sprintf("the lock of %s is not written: nothing but a hash holds the input %s", l.Original, ref),
				Next: "commit that input's changes, or write it all the same with --allow-dirty-locks",
			}
		}
		s.o.Notice(fmt.Sprintf("the lock of %s is not written: nothing but a hash holds the input %s", l.Original, ref))
		return nil
	}
	if o.NoUpdate {
		return &Error{
			Fact: fmt.Sprintf("the lock of %s has to change, which --no-update-lock-file forbids:\n%s", l.Original, strings.TrimRight(l.Changes.String(), "\n")),
			Next: "devenv flake lock",
		}
	}
	if err := l.hold(ctx); err != nil {
		return err
	}
	if o.Output != "" {
		if o.Commit {
			return &Error{Fact: "a lock that is written elsewhere cannot be committed", Next: "leave out --commit-lock-file or --output-lock-file"}
		}
		l.File, l.Written = o.Output, true
		return lockfile.Write(o.Output, l.Lock)
	}
	if err := s.writeInPlace(ctx, l, root, o); err != nil {
		return err
	}
	return s.read(ctx, l, o)
}

// hold puts the inputs into the store that nobody could fetch again once they
// have changed: directories, and work trees with changes.
func (l *Locked) hold(ctx context.Context) error {
	for n, at := range l.places {
		_, relative := n.locked.Relative()
		if n == l.root || relative || n.locked.Rev() != "" || n.locked.Type() != "path" && n.locked.Type() != "git" {
			continue
		}
		if _, err := at.tree.Realise(ctx); err != nil {
			return err
		}
	}
	return nil
}

// writeInPlace writes the lock beside the flake.nix and makes Git know it.
func (s *Session) writeInPlace(ctx context.Context, l *Locked, root string, o LockOptions) error {
	name := path.Join(l.dir, "flake.lock")
	l.File = filepath.Join(root, name)
	_, err := os.Lstat(l.File)
	existed := !errors.Is(err, fs.ErrNotExist)
	if err := lockfile.Write(l.File, l.Lock); err != nil {
		return err
	}
	l.Written = true
	if l.Original.Type() != "git" || s.o.Git == nil {
		return nil
	}
	if s.o.Git(ctx, root, "check-ignore", "--quiet", "--", name) == nil {
		return nil // ignored
	}
	if err := s.o.Git(ctx, root, "add", "--intent-to-add", "--", name); err != nil {
		return err
	}
	if !o.Commit {
		return nil
	}
	message := o.Summary
	if message == "" {
		message = name + ": Add"
		if existed {
			message = name + ": Update"
		}
	}
	message += "\n\nFlake lock file updates:\n\n" + l.Changes.String()
	return s.o.Git(ctx, root, "commit", "--quiet", "--message", message, "--", name)
}

// read fetches the flake again, whose tree has changed.
func (s *Session) read(ctx context.Context, l *Locked, o LockOptions) error {
	before := l.tree.Rev()
	s.forget(l.Original)
	where := lookupEverywhere
	if o.NoRegistries {
		where = lookupNowhere
	}
	f, err := s.get(ctx, l.Original, false, where, nil)
	if err != nil {
		return err
	}
	l.Flake = f
	l.places[l.root] = place{f.tree, f.dir}
	if rev := f.tree.Rev(); o.Commit && rev != "" && rev != before {
		l.Committed = rev
	}
	return nil
}

// sourceDir is the directory that a reference names, if something can be
// written there: a path, or the work tree of a repository that is meant as it is.
func sourceDir(ref flakeref.Ref) (string, bool) {
	switch ref.Type() {
	case "path":
		return ref.Text("path"), true
	case "git":
		dir, local := strings.CutPrefix(ref.Text("url"), "file://")
		if !local || ref.Text("ref") != "" || ref.Rev() != "" {
			return "", false
		}
		if unescaped, err := pathOf(dir); err == nil {
			dir = unescaped
		}
		_, err := os.Lstat(filepath.Join(dir, ".git"))
		return dir, err == nil
	}
	return "", false
}

// unlocked is an input that a lock must not hold, because nobody else could
// fetch it; zero without one.
func unlocked(root *node, dirty bool) (ref flakeref.Ref) {
	done := map[*node]bool{}
	var visit func(n *node)
	visit = func(n *node) {
		if done[n] || !ref.IsZero() {
			return
		}
		done[n] = true
		_, relative := n.locked.Relative()
		if n != root && !relative && !n.locked.Locked() && !(dirty && n.locked.Text("narHash") != "") {
			ref = n.locked
			return
		}
		for _, name := range sortedKeys(n.inputs) {
			if next := n.inputs[name].node; next != nil {
				visit(next)
			}
		}
	}
	visit(root)
	return ref
}
