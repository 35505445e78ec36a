package fetch

import (
	"context"
	"io"
	"path/filepath"
	"time"

	"devenv/resolver/flakeref"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
	"devenv/transfer"
)

// Store is where trees go; *store.Store fits it.
type Store interface {
	Dir() storepath.Dir
	// Lookup returns what is known of a path, Hold also keeps it from
	// collection; the error is narinfo.ErrInvalid where it is not in the store.
	Lookup(ctx context.Context, p storepath.Path) (narinfo.Info, error)
	Hold(ctx context.Context, p storepath.Path) (narinfo.Info, error)
	// Real is where a path lies on disk.
	Real(p storepath.Path) string
	AddTree(ctx context.Context, name string, want nixhash.Hash, fill func(ctx context.Context, dir string) error) (narinfo.Info, error)
	Import(ctx context.Context, info narinfo.Info, nar io.Reader) error
}

// Options say what a Fetcher works with.
type Options struct {
	Client   *transfer.Client
	Store    Store
	CacheDir string            // absolute; repositories and notes, which may be deleted at any time
	Environ  []string          // of the git program
	Progress transfer.Progress // may be nil

	// Tokens are the access tokens by host, or host/owner, or host/owner/repo
	// (nix.conf's access-tokens).
	Tokens map[string]string
	// TTL is how long it is not asked again where a branch points and whether
	// an archive is still the same (nix.conf's tarball-ttl). 0 asks each time.
	TTL time.Duration
	// NoDirty refuses work trees with changes (nix.conf's allow-dirty = false).
	NoDirty bool
	// Untracked takes untracked files that are not ignored into work trees, as
	// Nix never does. A tree that has some is dirty.
	Untracked bool

	Now func() time.Time // default time.Now
	// Notice hears what a person may want to know: "Git tree … is dirty". It
	// may be called by several goroutines at once, and be nil.
	Notice func(text string)
}

// A Fetcher gets trees. It may be used by several goroutines, and several
// processes may share its directory.
type Fetcher struct {
	opt   Options
	git   *git
	notes *notes
}

// New makes a Fetcher. It touches neither disk nor network.
func New(o Options) *Fetcher {
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Notice == nil {
		o.Notice = func(string) {}
	}
	return &Fetcher{
		opt:   o,
		git:   &git{environ: gitEnviron(o.Environ)},
		notes: &notes{dir: filepath.Join(o.CacheDir, "notes")},
	}
}

// Fetch gets the tree that ref names now. Its narHash and its revision, where
// they are given, must be the tree's. The reference must name a place
// (flakeref.Resolve) and not be relative.
//
// Errors: *MismatchError, *GitError, *ForgeError, *NotFoundError, *RefusedError,
// transfer's and unpack's, the store's.
func (f *Fetcher) Fetch(ctx context.Context, ref flakeref.Ref) (*Tree, error) {
	t, err := f.fetch(ctx, ref)
	if err != nil {
		return nil, f.withHost(ref, err)
	}
	if err := t.mustBe(ctx, ref); err != nil {
		return nil, err
	}
	return t, nil
}

// FetchLocked gets the tree of a lock's entry: from the store if that has it,
// else from its place, and then each attribute that both have must be the same.
// The tree's own lock is the given one.
func (f *Fetcher) FetchLocked(ctx context.Context, locked flakeref.Ref) (*Tree, error) {
	want, err := locked.NarHash()
	if err != nil {
		return nil, err
	}
	if !want.IsZero() {
		info, err := f.held(ctx, locked.Name(), want)
		if err != nil {
			return nil, err
		}
		if info != nil {
			return f.stored(locked, *info), nil
		}
	}
	t, err := f.fetch(ctx, locked)
	if err != nil {
		return nil, f.withHost(locked, err)
	}
	if err := t.mustAgree(ctx, locked); err != nil {
		return nil, err
	}
	t.ref = locked
	return t, nil
}

func (f *Fetcher) fetch(ctx context.Context, ref flakeref.Ref) (*Tree, error) {
	switch ref.Type() {
	case "path":
		return f.fetchPath(ctx, ref)
	case "git":
		return f.fetchGit(ctx, ref)
	case "github", "gitlab", "sourcehut":
		return f.fetchForge(ctx, ref)
	case "tarball":
		return f.fetchTarball(ctx, ref)
	case "file":
		return f.fetchFile(ctx, ref)
	case "indirect":
		return nil, refuse(ref, "it is a name, and no registry has been asked what it stands for", "write the URL, or: devenv registry add "+ref.Text("id")+" URL")
	}
	return nil, refuse(ref, "there is no fetcher for references of this type", "use path:, git+https:, github:, gitlab:, sourcehut:, tarball+https: or file+https:")
}

// warn tells of something that does not stop us.
func (f *Fetcher) warn(text string) { f.opt.Notice(flakeref.Redact(text)) }
