package fetch

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"strings"
	"sync"

	"devenv/resolver/flakeref"
	"devenv/store/nar"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// A Tree is a source tree that was fetched, or that lies here. It is the state
// of its files when it was fetched; files of a work tree that change after that
// are noticed only by who reads them.
type Tree struct {
	// Real is where its files are: a directory, or a file where the reference
	// names one. Not all that is below it need belong to the tree: ask Files.
	Real string
	// Files are what belongs to the tree; nil: all below Real.
	Files *Files

	fetcher *Fetcher
	ref     flakeref.Ref // without what is found out late: narHash, revCount
	repo    string       // the work tree that Real is, for messages; "" elsewhere

	// hash finds out the NAR's hash and length; it is called once.
	hash func(ctx context.Context) (sized, error)
	// modified finds lastModified; nil: it is in ref, or there is none.
	modified func(ctx context.Context) (int64, error)
	// count counts revisions; nil: the number is in ref, or there is none.
	count func(ctx context.Context) (int64, error)

	mu     sync.Mutex
	hashed sized
	found  map[string]int64 // lastModified, revCount
}

// sized is the hash of a NAR and its length; 0 where it is not known.
type sized struct {
	Hash nixhash.Hash `json:"hash"`
	Size int64        `json:"size"`
}

// NarHash is the SHA-256 of the tree's NAR. The first call may read the whole tree.
func (t *Tree) NarHash(ctx context.Context) (nixhash.Hash, error) {
	s, err := t.sized(ctx)
	return s.Hash, err
}

func (t *Tree) sized(ctx context.Context) (sized, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.hashed.Hash.IsZero() {
		s, err := t.hash(ctx)
		if err != nil {
			return sized{}, err
		}
		t.hashed = s
	}
	return t.hashed, nil
}

// Ref is what is known of the tree at no cost: the lock without what has to be
// found out.
func (t *Tree) Ref() flakeref.Ref { return t.ref }

// Locked is the reference as a lock has it, without a password. It may have to
// read the tree and to count revisions.
func (t *Tree) Locked(ctx context.Context) (flakeref.Ref, error) {
	hash, err := t.NarHash(ctx)
	if err != nil {
		return flakeref.Ref{}, err
	}
	ref := withoutPassword(t.ref).With("narHash", hash.SRI())
	for _, attr := range []struct {
		name string
		find func(context.Context) (int64, bool, error)
	}{{"lastModified", t.LastModified}, {"revCount", t.RevCount}} {
		n, ok, err := attr.find(ctx)
		if err != nil {
			return flakeref.Ref{}, err
		}
		if ok {
			ref = ref.With(attr.name, n)
		}
	}
	return ref, nil
}

// RevCount is how many commits the revision has in its history, itself
// included; false where there is none to count.
func (t *Tree) RevCount(ctx context.Context) (int64, bool, error) {
	return t.number(ctx, "revCount", t.count)
}

// LastModified is when the tree was last changed, in seconds, as far as its
// origin tells; false where it does not.
func (t *Tree) LastModified(ctx context.Context) (int64, bool, error) {
	return t.number(ctx, "lastModified", t.modified)
}

// number is an attribute of the tree's reference, or what find finds, once.
func (t *Tree) number(ctx context.Context, name string, find func(context.Context) (int64, error)) (int64, bool, error) {
	if n, ok := t.ref.Number(name); ok || find == nil {
		return n, ok, nil
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	if n, ok := t.found[name]; ok {
		return n, true, nil
	}
	n, err := find(ctx)
	if err != nil {
		return 0, false, err
	}
	if t.found == nil {
		t.found = map[string]int64{}
	}
	t.found[name] = n
	return n, true, nil
}

// Rev is the revision; "" where there is none, as in a work tree with changes.
func (t *Tree) Rev() string { return t.ref.Rev() }

// DirtyRev is the revision that a work tree with changes is based on, with
// "-dirty" after it.
func (t *Tree) DirtyRev() string { return t.ref.Text("dirtyRev") }

// Path is the store path that the tree has, or would have.
func (t *Tree) Path(ctx context.Context) (storepath.Path, error) {
	hash, err := t.NarHash(ctx)
	if err != nil {
		return storepath.Path{}, err
	}
	return t.fetcher.opt.Store.Dir().Source(t.ref.Name(), hash, nil, false)
}

// Realise puts the tree into the store, if it is not there. A tree that has
// changed since its hash was made is an error, and nothing is kept of it.
func (t *Tree) Realise(ctx context.Context) (storepath.Path, error) {
	s, err := t.sized(ctx)
	if err != nil {
		return storepath.Path{}, err
	}
	p, err := t.Path(ctx)
	if err != nil {
		return storepath.Path{}, err
	}
	if info, err := t.fetcher.held(ctx, t.ref.Name(), s.Hash); err != nil || info != nil {
		return p, err
	}
	info := narinfo.Info{
		Path: p, NarHash: s.Hash, NarSize: s.Size, Registered: t.fetcher.opt.Now(),
		CA: storepath.ContentAddress{Method: storepath.NAR, Hash: s.Hash},
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(t.Dump(ctx, w)) }()
	defer r.Close()
	if err := t.fetcher.opt.Store.Import(ctx, info, r); err != nil {
		return storepath.Path{}, fmt.Errorf("%s: %w", t.Real, err)
	}
	return p, nil
}

// Dump writes the tree's NAR, as its files are now.
func (t *Tree) Dump(ctx context.Context, w io.Writer) error {
	if t.Files == nil {
		return nar.Dump(w, t.Real)
	}
	return t.Files.dump(ctx, w, t.Real)
}

// FS shows the tree's files and nothing else of Real. It implements
// fs.ReadLinkFS; links are not followed out of it. A file that is there and
// does not belong to the tree is an *UntrackedError, which is fs.ErrNotExist.
func (t *Tree) FS() fs.FS { return &view{t} }

// Check reports whether a slash-separated path below Real belongs to the tree:
// nil if it does, an *UntrackedError if only Git does not know it, else
// fs.ErrNotExist.
func (t *Tree) Check(name string) error {
	name = path.Clean(name)
	if strings.HasPrefix(name, "../") || name == ".." || path.IsAbs(name) {
		return &fs.PathError{Op: "open", Path: name, Err: fs.ErrInvalid}
	}
	_, err := os.Lstat(path.Join(t.Real, name))
	if t.Files == nil || t.Files.Has(name) {
		return err
	}
	if err == nil && t.repo != "" {
		return &UntrackedError{Repo: t.repo, Path: name}
	}
	return &fs.PathError{Op: "open", Path: name, Err: fs.ErrNotExist}
}

// held returns the store's entry of a tree, or nil.
func (f *Fetcher) held(ctx context.Context, name string, hash nixhash.Hash) (*narinfo.Info, error) {
	p, err := f.opt.Store.Dir().Source(name, hash, nil, false)
	if err != nil {
		return nil, err
	}
	info, err := f.hold(ctx, p)
	if errors.Is(err, narinfo.ErrInvalid) {
		return nil, nil
	}
	return &info, err
}

// hold keeps a path that the store has. Most that is asked for is not there,
// and to hold what is not there would make a store.
func (f *Fetcher) hold(ctx context.Context, p storepath.Path) (narinfo.Info, error) {
	if info, err := f.opt.Store.Lookup(ctx, p); err != nil {
		return info, err
	}
	return f.opt.Store.Hold(ctx, p)
}

// stored is a tree that is in the store.
func (f *Fetcher) stored(ref flakeref.Ref, info narinfo.Info) *Tree {
	return &Tree{
		Real: f.opt.Store.Real(info.Path), fetcher: f, ref: ref,
		hashed: sized{Hash: info.NarHash, Size: info.NarSize},
	}
}

// withoutPassword is ref with no password in its URL.
func withoutPassword(ref flakeref.Ref) flakeref.Ref {
	if address := ref.Text("url"); address != "" {
		return ref.With("url", flakeref.Redact(address))
	}
	return ref
}
