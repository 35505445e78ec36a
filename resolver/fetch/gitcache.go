package fetch

import (
	"context"
	"crypto/sha256"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"devenv/resolver/flakeref"
	"devenv/store/filelock"
	"devenv/store/nixhash"
)

// remote is a repository elsewhere and the bare one here that keeps what was
// fetched of it. All processes share it, one at a time.
type remote struct {
	f   *Fetcher
	ref flakeref.Ref
	url string // with a password, if it has one
	dir string
}

// pointer is the note of where a branch pointed.
type pointer struct {
	Rev string    `json:"rev"`
	At  time.Time `json:"at"`
}

// cached brings the commit that ref means into the cache, if it is not there.
func (f *Fetcher) cached(ctx context.Context, ref flakeref.Ref) (dir string, pinned flakeref.Ref, err error) {
	r := f.remote(ref)
	if err := os.MkdirAll(filepath.Dir(r.dir), 0o700); err != nil {
		return "", ref, err
	}
	lock, err := filelock.Acquire(ctx, r.dir+".lock", filelock.Exclusive, func() {
		f.warn("waiting for another process that fetches " + shown(ref))
	})
	if err != nil {
		return "", ref, err
	}
	defer lock.Release() //nolint:errcheck // closing it is all there is
	if err := r.init(ctx); err != nil {
		return "", ref, err
	}
	pinned, err = r.pin(ctx)
	return r.dir, pinned, err
}

// remote says where a repository is kept. Passwords make no difference.
func (f *Fetcher) remote(ref flakeref.Ref) *remote {
	address := wireURL(ref.Text("url"))
	name := flakeref.Redact(address)
	if ref.Flag("shallow") {
		name += "\x00shallow"
	}
	sum := sha256.Sum256([]byte(name))
	return &remote{f: f, ref: ref, url: address, dir: filepath.Join(f.opt.CacheDir, "git", nixhash.EncodeNix32(sum[:20]))}
}

// init makes the bare repository, all of it or none.
func (r *remote) init(ctx context.Context) error {
	if _, err := os.Stat(r.dir); err == nil {
		return nil
	}
	temp := r.dir + ".new"
	if err := os.RemoveAll(temp); err != nil { // of one that was killed
		return err
	}
	if _, err := r.f.git.output(ctx, filepath.Dir(r.dir), "init", "--quiet", "--bare", "--template=", temp); err != nil {
		return err
	}
	return os.Rename(temp, r.dir)
}

// wireURL is a repository's address as git gets it: without parameters that are
// a file's name to git, and without dir=, which old locks have in their URLs.
func wireURL(address string) string {
	before, query, ok := strings.Cut(address, "?")
	if !ok || strings.HasPrefix(address, "file:") {
		return before
	}
	var kept []string
	for param := range strings.SplitSeq(query, "&") {
		if !strings.HasPrefix(param, "dir=") {
			kept = append(kept, param)
		}
	}
	if len(kept) == 0 {
		return before
	}
	return before + "?" + strings.Join(kept, "&")
}

// pin finds the commit, asking the remote only where it must.
func (r *remote) pin(ctx context.Context) (flakeref.Ref, error) {
	branch := r.ref.Text("ref")
	if branch == "" {
		var err error
		if branch, err = r.head(ctx); err != nil {
			return r.ref, err
		}
	}
	if rev := r.ref.Rev(); rev != "" {
		return r.ref.With("ref", branch), r.need(ctx, branch, rev)
	}
	rev, err := r.tip(ctx, branch)
	return r.ref.With("ref", branch).With("rev", rev), err
}

// head is the branch that the remote's HEAD is on.
func (r *remote) head(ctx context.Context) (string, error) {
	var p pointer
	key := flakeref.Redact(r.url)
	known := r.f.notes.recall(&p, "git-head", key)
	if known && r.f.fresh(p.At) {
		return p.Rev, nil
	}
	out, err := r.f.git.output(ctx, r.dir, "ls-remote", "--symref", "--", r.url, "HEAD")
	if err != nil {
		if known && ctx.Err() == nil {
			r.f.warn("cannot ask for the main branch of " + shown(r.ref) + "; using the one from last time, " + p.Rev)
			return p.Rev, nil
		}
		return "", err
	}
	for line := range strings.Lines(string(out)) {
		target, name, _ := strings.Cut(strings.TrimSpace(line), "\t")
		if branch, ok := strings.CutPrefix(target, "ref: "); ok && name == "HEAD" {
			r.f.notes.remember(pointer{Rev: branch, At: r.f.opt.Now()}, "git-head", key)
			return branch, nil
		}
	}
	return "HEAD", nil
}

// tip is the commit at the end of a branch.
func (r *remote) tip(ctx context.Context, branch string) (string, error) {
	var p pointer
	key := []string{flakeref.Redact(r.url), branch, strconv.FormatBool(r.ref.Flag("allRefs")), strconv.FormatBool(r.ref.Flag("shallow"))}
	known := r.f.notes.recall(&p, "git-tip", key...) && r.f.hasCommit(ctx, r.dir, p.Rev)
	if known && r.f.fresh(p.At) {
		return p.Rev, nil
	}
	full := fullName(branch)
	kept := "refs/devenv/" + full
	specs := []string{"+" + full + ":" + kept}
	if r.ref.Flag("allRefs") {
		specs = append(specs, "+refs/*:refs/remotes/*")
	}
	if err := r.fetch(ctx, specs...); err != nil {
		if known && ctx.Err() == nil {
			r.f.warn("cannot fetch " + shown(r.ref) + "; using what was there last time, " + p.Rev)
			return p.Rev, nil
		}
		return "", r.explain(branch, err)
	}
	rev, err := r.f.git.line(ctx, r.dir, "rev-parse", "--verify", "--end-of-options", kept+"^{commit}")
	if err != nil {
		return "", err
	}
	r.f.notes.remember(pointer{Rev: rev, At: r.f.opt.Now()}, "git-tip", key...)
	return rev, nil
}

// fullName is how a branch is called on the wire.
func fullName(branch string) string {
	if branch == "HEAD" || strings.HasPrefix(branch, "refs/") {
		return branch
	}
	return "refs/heads/" + branch
}

// need brings a revision: by its name, or, from a server that does not give
// what it is not asked for by name, with its branch.
func (r *remote) need(ctx context.Context, branch, rev string) error {
	if r.f.hasCommit(ctx, r.dir, rev) {
		return nil
	}
	all := r.ref.Flag("allRefs")
	var err error
	if all {
		err = r.fetch(ctx, "+refs/*:refs/remotes/*")
	} else if err = r.fetch(ctx, "+"+rev+":refs/devenv/revs/"+rev); err != nil && ctx.Err() == nil {
		full := fullName(branch)
		if byBranch := r.fetch(ctx, "+"+full+":refs/devenv/"+full); byBranch == nil {
			err = nil
		}
	}
	switch {
	case err != nil:
		return r.explain(branch, err)
	case r.f.hasCommit(ctx, r.dir, rev):
		return nil
	case all:
		return refuse(r.ref, "the repository has no commit "+rev, "check the revision; the commit may have been removed by a force push")
	}
	return refuse(r.ref, "the branch "+strconv.Quote(branch)+" has no commit "+rev, "check the revision, give the branch that has it with ref=, or take all: allRefs=1")
}

// fetch runs git fetch. The repository must be locked by us; so what Git finds
// locked in it was left by one that was killed.
func (r *remote) fetch(ctx context.Context, specs ...string) error {
	args := []string{"fetch", "--quiet", "--force", "--no-tags", "--no-write-fetch-head", "--no-recurse-submodules"}
	if r.ref.Flag("shallow") {
		args = append(args, "--depth", "1")
	}
	args = append(append(args, "--", r.url), specs...)
	_, err := r.f.git.output(ctx, r.dir, args...)
	var e *GitError
	if errors.As(err, &e) && strings.Contains(e.Said, ".lock': File exists") {
		if err := r.unlock(); err != nil {
			return err
		}
		_, err = r.f.git.output(ctx, r.dir, args...)
	}
	return err
}

// unlock removes Git's lock files.
func (r *remote) unlock() error {
	return filepath.WalkDir(r.dir, func(name string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || filepath.Ext(name) != ".lock" {
			return err
		}
		return os.Remove(name)
	})
}

// explain adds to git's error what it cannot know.
func (r *remote) explain(branch string, err error) error {
	var e *GitError
	if !errors.As(err, &e) || !strings.Contains(e.Said, "couldn't find remote ref") {
		return err
	}
	next := "see which it has: git ls-remote " + quote(flakeref.Redact(r.url))
	if !strings.HasPrefix(branch, "refs/") {
		next = "a tag is written ref=refs/tags/" + branch + "; " + next
	}
	return &RefusedError{Ref: shown(r.ref), Fact: "the repository has no branch " + strconv.Quote(branch), Next: next}
}

// fresh reports whether what was found out at that time may be used without
// asking again.
func (f *Fetcher) fresh(at time.Time) bool {
	age := f.opt.Now().Sub(at)
	return age >= 0 && age < f.opt.TTL
}
