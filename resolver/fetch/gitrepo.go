package fetch

import (
	"context"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"

	"devenv/resolver/flakeref"
)

// fetchGit is a Git repository: the work tree as it is, where the reference
// names one on this machine and neither branch nor revision; else a commit.
func (f *Fetcher) fetchGit(ctx context.Context, ref flakeref.Ref) (*Tree, error) {
	if ref.Flag("exportIgnore") && ref.Flag("submodules") {
		return nil, refuse(ref, "exportIgnore and submodules do not go together", "leave one of the two out")
	}
	dir, local, err := workTree(ref)
	if err != nil {
		return nil, err
	}
	if local && ref.Text("ref") == "" && ref.Rev() == "" {
		return f.fetchWorkTree(ctx, ref, dir)
	}
	dir, pinned, err := f.locate(ctx, ref)
	if err != nil {
		return nil, err
	}
	return f.fetchCommit(ctx, pinned, dir)
}

// locate finds a repository on this machine that has the commit that ref
// means, and pins the commit: the reference gets its branch and its revision.
func (f *Fetcher) locate(ctx context.Context, ref flakeref.Ref) (dir string, pinned flakeref.Ref, err error) {
	dir, local, err := workTree(ref)
	if err != nil {
		return "", ref, err
	}
	if !local {
		return f.cached(ctx, ref)
	}
	pinned, err = f.pinLocal(ctx, ref, dir)
	return dir, pinned, err
}

// workTree is the directory of a repository on this machine that has a work
// tree. One without is treated like one that is far away.
func workTree(ref flakeref.Ref) (dir string, local bool, err error) {
	u, err := url.Parse(ref.Text("url"))
	if err != nil || u.Scheme != "file" {
		return "", false, nil //nolint:nilerr // git knows more addresses than net/url
	}
	dir = u.Path
	if u.Opaque != "" || !filepath.IsAbs(dir) {
		return "", false, refuse(ref, "the path of the repository is relative, and there is nothing that it is relative to", "give an absolute path")
	}
	dir = filepath.Clean(dir)
	if _, err := os.Stat(dir); err != nil {
		return "", false, refuse(ref, "there is no such directory", "check the path")
	}
	_, err = os.Lstat(filepath.Join(dir, ".git"))
	return dir, err == nil, nil
}

// pinLocal finds the commit in a repository with a work tree.
func (f *Fetcher) pinLocal(ctx context.Context, ref flakeref.Ref, dir string) (flakeref.Ref, error) {
	branch := ref.Text("ref")
	if branch == "" {
		var err error
		if branch, err = f.headRef(ctx, dir); err != nil {
			return ref, err
		}
		if branch == "" {
			branch = "master" // as Nix has it for a repository that is on no branch
		}
	}
	rev := ref.Rev()
	if rev == "" {
		var err error
		if rev, err = f.git.line(ctx, dir, "rev-parse", "--verify", "--quiet", "--end-of-options", branch+"^{commit}"); err != nil {
			return ref, noSuchRef(ctx, ref, branch, err)
		}
	}
	shallow, err := f.isShallow(ctx, dir)
	if err != nil {
		return ref, err
	}
	if shallow && !ref.Flag("shallow") {
		return ref, refuse(ref, "the repository is shallow: its history ends early, so that revisions cannot be counted", "add shallow=1, or complete it: git -C "+quote(dir)+" fetch --unshallow")
	}
	if !f.hasCommit(ctx, dir, rev) {
		return ref, refuse(ref, "the repository has no commit "+rev, "fetch it first: git -C "+quote(dir)+" fetch --all")
	}
	return ref.With("ref", branch).With("rev", rev), nil
}

func noSuchRef(ctx context.Context, ref flakeref.Ref, branch string, err error) error {
	if failed(err, 1) || failed(err, 128) {
		return &RefusedError{Ref: shown(ref), Fact: "the repository has no branch or tag " + strconv.Quote(branch), Next: "see which it has: git ls-remote " + quote(flakeref.Redact(ref.Text("url")))}
	}
	return ctxErr(ctx, err)
}

// headRef is the branch that HEAD is on, "refs/heads/main"; "" where it is on none.
func (f *Fetcher) headRef(ctx context.Context, dir string) (string, error) {
	name, err := f.git.line(ctx, dir, "symbolic-ref", "--quiet", "HEAD")
	if failed(err, 1) {
		return "", nil
	}
	return name, err
}

// hasCommit reports whether the repository has the commit itself.
func (f *Fetcher) hasCommit(ctx context.Context, dir, rev string) bool {
	_, err := f.git.output(ctx, dir, "cat-file", "-e", rev+"^{commit}")
	return err == nil
}

func (f *Fetcher) isShallow(ctx context.Context, dir string) (bool, error) {
	answer, err := f.git.line(ctx, dir, "rev-parse", "--is-shallow-repository")
	return answer == "true", err
}

// commitTime is when a revision was committed, in seconds.
func (f *Fetcher) commitTime(ctx context.Context, dir, rev string) (int64, error) {
	var when int64
	if f.notes.recall(&when, "git-time", rev) {
		return when, nil
	}
	answer, err := f.git.line(ctx, dir, "show", "--no-patch", "--no-show-signature", "--format=%ct", "--end-of-options", rev+"^{commit}")
	if err != nil {
		return 0, err
	}
	if when, err = strconv.ParseInt(strings.TrimSpace(answer), 10, 64); err != nil {
		return 0, err
	}
	f.notes.remember(when, "git-time", rev)
	return when, nil
}

// revCount counts the commits of a revision's history, as far as the repository
// has it.
func (f *Fetcher) revCount(dir, rev string) func(context.Context) (int64, error) {
	return func(ctx context.Context) (int64, error) {
		shallow, err := f.isShallow(ctx, dir)
		if err != nil {
			return 0, err
		}
		var n int64
		if !shallow && f.notes.recall(&n, "git-count", rev) {
			return n, nil
		}
		answer, err := f.git.line(ctx, dir, "rev-list", "--count", "--end-of-options", rev)
		if err != nil {
			return 0, err
		}
		if n, err = strconv.ParseInt(answer, 10, 64); err != nil {
			return 0, err
		}
		if !shallow {
			f.notes.remember(n, "git-count", rev)
		}
		return n, nil
	}
}
