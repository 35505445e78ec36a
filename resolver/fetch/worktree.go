package fetch

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"devenv/resolver/flakeref"
)

// fetchWorkTree is a work tree as it is: the files that Git tracks, with the
// content that they have now. Where they are those of HEAD the tree has HEAD's
// revision, else it is dirty.
func (f *Fetcher) fetchWorkTree(ctx context.Context, ref flakeref.Ref, dir string) (*Tree, error) {
	s, err := f.status(ctx, dir)
	if err != nil {
		return nil, err
	}
	names := s.tracked()
	if ref.Flag("submodules") {
		more, dirty, err := f.submodules(ctx, ref, dir, s)
		if err != nil {
			return nil, err
		}
		names = append(names, more...)
		s.dirty = s.dirty || dirty
	}
	if ref.Flag("exportIgnore") {
		if names, err = f.exported(ctx, dir, names); err != nil {
			return nil, err
		}
	}
	t := &Tree{Real: dir, Files: newFiles(names), fetcher: f, repo: dir}
	t.hash = func(ctx context.Context) (sized, error) { return f.hashFiles(ctx, dir, t.Files) }
	return t, f.describe(ctx, t, ref, s)
}

// describe gives the tree its reference, and counts on its history.
func (f *Fetcher) describe(ctx context.Context, t *Tree, ref flakeref.Ref, s *status) error {
	var when int64
	if s.head != "" {
		var err error
		if when, err = f.commitTime(ctx, t.repo, s.head); err != nil {
			return err
		}
	}
	t.ref = ref.With("lastModified", when)
	if !s.dirty {
		t.ref = t.ref.With("rev", s.head)
		if s.branch != "" {
			t.ref = t.ref.With("ref", s.branch)
		}
		if _, given := ref.Number("revCount"); !given && !ref.Flag("shallow") {
			t.count = f.revCount(t.repo, s.head)
		}
		return f.verify(ctx, ref, t.repo, s.head)
	}
	if f.opt.NoDirty {
		return refuse(ref, "the work tree has changes that are not committed, and allow-dirty is off", "commit them, or set allow-dirty = true")
	}
	f.warn(fmt.Sprintf("Git tree %s is dirty", t.repo))
	if s.head != "" {
		short, err := f.git.line(ctx, t.repo, "rev-parse", "--short=7", s.head)
		if err != nil {
			return err
		}
		t.ref = t.ref.With("dirtyRev", s.head+"-dirty").With("dirtyShortRev", short+"-dirty")
	}
	return f.verify(ctx, ref, t.repo, "")
}

// status is what Git knows of a work tree.
type status struct {
	head    string          // the revision; "" before the first commit
	branch  string          // "refs/heads/…"; "" where HEAD is on none
	files   []string        // in the index
	gone    map[string]bool // those of them that are not in the work tree
	modules []string        // directories of submodules
	dirty   bool
}

// tracked are the files that are tracked, and there.
func (s *status) tracked() []string {
	return slices.DeleteFunc(s.files, func(name string) bool { return s.gone[name] })
}

// status asks git which files it tracks and whether they are HEAD's. Submodules
// do not count. Ignored directories are never looked into.
func (f *Fetcher) status(ctx context.Context, dir string) (*status, error) {
	var list, changes []byte
	g, gctx := errgroup.WithContext(ctx)
	g.Go(func() (err error) {
		list, err = f.git.output(gctx, dir, "ls-files", "-z", "--stage", "-t")
		return err
	})
	g.Go(func() (err error) {
		untracked := "--untracked-files=no"
		if f.opt.Untracked {
			untracked = "--untracked-files=all"
		}
		changes, err = f.git.output(gctx, dir, "status", "-z", "--porcelain=v2", "--branch", "--ignore-submodules=all", "--no-renames", "--no-ahead-behind", untracked)
		return err
	})
	if err := g.Wait(); err != nil {
		return nil, ctxErr(ctx, err)
	}
	s := &status{gone: map[string]bool{}}
	for entry := range strings.SplitSeq(string(list), "\x00") {
		if err := s.addIndexEntry(dir, entry); err != nil {
			return nil, err
		}
	}
	for line := range strings.SplitSeq(string(changes), "\x00") {
		s.addChange(dir, line)
	}
	return s, nil
}

// addIndexEntry reads a line of git ls-files: "H 100644 <object> <stage>\t<name>".
func (s *status) addIndexEntry(dir, entry string) error {
	head, name, ok := strings.Cut(entry, "\t")
	if !ok {
		return nil
	}
	const tagAndMode = len("H 100644")
	if len(head) < tagAndMode {
		return fmt.Errorf("git ls-files in %s printed %q", dir, entry)
	}
	if head[2:tagAndMode] == "160000" {
		s.modules = append(s.modules, name)
		return nil
	}
	if head[0] == 'S' { // left out of a sparse checkout, unless it is there all the same
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			s.dirty = true
			return nil
		}
	}
	s.files = append(s.files, name)
	return nil
}

// addChange reads a line of git status, as its manual has the format.
func (s *status) addChange(dir, line string) {
	kind, rest, _ := strings.Cut(line, " ")
	switch kind {
	case "#":
		key, value, _ := strings.Cut(rest, " ")
		switch {
		case key == "branch.oid" && value != "(initial)":
			s.head = value
		case key == "branch.oid": // without a commit there is nothing to be equal to
			s.dirty = true
		case key == "branch.head" && value != "(detached)":
			s.branch = "refs/heads/" + value
		}
	case "1", "u":
		s.dirty = true
		fields := 8 // XY sub mH mI mW hH hI path
		if kind == "u" {
			fields = 10
		}
		parts := strings.SplitN(rest, " ", fields)
		if len(parts) < fields || !strings.HasSuffix(parts[0], "D") && kind == "1" {
			return
		}
		name := parts[fields-1]
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil || kind == "1" {
			s.gone[name] = true
		}
	case "?":
		s.dirty = true
		s.files = append(s.files, strings.TrimSuffix(rest, "/"))
	}
}

// submodules are the files of the submodules' work trees, and whether one has
// changes.
func (f *Fetcher) submodules(ctx context.Context, ref flakeref.Ref, dir string, s *status) (names []string, dirty bool, err error) {
	declared, err := f.moduleList(ctx, dir, "--file="+filepath.Join(dir, ".gitmodules"))
	if err != nil {
		return nil, false, err
	}
	for _, m := range declared {
		if !slices.Contains(s.modules, m.path) {
			continue
		}
		sub := filepath.Join(dir, m.path)
		if _, err := os.Lstat(filepath.Join(sub, ".git")); err != nil {
			return nil, false, refuse(ref, "the submodule "+m.path+" is not checked out", "git -C "+quote(dir)+" submodule update --init --recursive")
		}
		inner, err := flakeref.FromAttrs(flakeref.Attrs{"type": "git", "url": sub, "submodules": true})
		if err != nil {
			return nil, false, err
		}
		t, err := f.fetchWorkTree(ctx, inner, sub)
		if err != nil {
			return nil, false, err
		}
		names = append(names, prefixed(m.path, t.Files.Names())...)
		dirty = dirty || t.Rev() == ""
	}
	return names, dirty, nil
}

// exported leaves out what has the attribute export-ignore, or is in a
// directory that has it.
func (f *Fetcher) exported(ctx context.Context, dir string, names []string) ([]string, error) {
	asked := map[string]bool{".": true}
	var all bytes.Buffer
	for _, name := range names {
		for ; !asked[name]; name = filepath.Dir(name) {
			asked[name] = true
			all.WriteString(name + "\x00")
		}
	}
	out, err := f.git.feed(ctx, dir, &all, "-c", "core.attributesFile=/dev/null", "check-attr", "--cached", "--stdin", "-z", "export-ignore")
	if err != nil {
		return nil, err
	}
	fields := strings.Split(string(out), "\x00")
	ignored := map[string]bool{}
	for i := 0; i+2 < len(fields); i += 3 {
		if fields[i+2] == "set" {
			ignored[fields[i]] = true
		}
	}
	return slices.DeleteFunc(names, func(name string) bool {
		for ; name != "."; name = filepath.Dir(name) {
			if ignored[name] {
				return true
			}
		}
		return false
	}), nil
}
