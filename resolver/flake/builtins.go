package flake

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"path"

	"devenv/resolver/fetch"
	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Builtins are the fetchers of the language over a Session: fetchTree, fetchGit,
// fetchTarball, fetchurl, getFlake and their kin.
type Builtins struct {
	Session *Session
	World   BuiltinWorld
	Store   fetch.Store
	// Closure copies a store path from a binary cache; nil: there are none.
	Closure func(ctx context.Context, c eval.FetchClosure) (string, error)
}

// A BuiltinWorld is a World that files can be added to.
type BuiltinWorld interface {
	World
	AddPath(ctx context.Context, a eval.AddPath) (string, error)
	// CheckURI refuses what a restricted evaluation may not fetch.
	CheckURI(uri string) error
}

var _ eval.Fetcher = (*Builtins)(nil)

// FetchTree implements [eval.Fetcher].
func (b *Builtins) FetchTree(ctx context.Context, t eval.FetchTree) (eval.Tree, error) {
	ref, err := treeRef(t)
	if err != nil {
		return eval.Tree{}, err
	}
	where := lookupLimited
	if t.Pure {
		where = lookupNowhere
		if err := b.pure(t.Builtin, ref); err != nil {
			return eval.Tree{}, err
		}
	}
	if ref, err = b.Session.resolve(ctx, ref, where); err != nil {
		return eval.Tree{}, err
	}
	if err := b.World.CheckURI(ref.String()); err != nil {
		return eval.Tree{}, err
	}
	tree, _, err := b.Session.tree(ctx, ref, false, lookupNowhere)
	if err != nil {
		return eval.Tree{}, err
	}
	locked, err := tree.Locked(ctx)
	if err != nil {
		return eval.Tree{}, err
	}
	at, err := b.Session.mount(ctx, b.World, tree)
	return eval.Tree{Path: at, Attrs: locked.Attrs()}, err
}

func treeRef(t eval.FetchTree) (flakeref.Ref, error) {
	if t.Attrs != nil {
		return flakeref.FromAttrs(t.Attrs)
	}
	return flakeref.Parse(t.Ref, flakeref.Options{File: true})
}

// pure holds that a reference says which tree is meant.
func (b *Builtins) pure(builtin string, ref flakeref.Ref) error {
	switch {
	case ref.Locked():
		return nil
	case ref.Text("narHash") == "":
		return &Error{
			Fact: fmt.Sprintf("in pure evaluation mode, '%s' doesn't fetch unlocked input '%s'", builtin, ref),
			Next: "give it a rev or a narHash, or evaluate with --impure",
		}
	}
	b.Session.o.Notice(fmt.Sprintf("'%s' is held by its hash alone: nobody else can fetch it, and it is lost with the store's copy", ref))
	return nil
}

// FetchURL implements [eval.Fetcher].
func (b *Builtins) FetchURL(ctx context.Context, u eval.FetchURL) (string, error) {
	if err := b.World.CheckURI(u.URL); err != nil {
		return "", err
	}
	if u.Unpack {
		return b.fetchTarball(ctx, u)
	}
	if at, err := b.have(ctx, u); at != "" || err != nil {
		return at, err
	}
	ref, err := flakeref.FromAttrs(flakeref.Attrs{"type": "file", "url": u.URL})
	if err != nil {
		return "", err
	}
	tree, _, err := b.Session.tree(ctx, ref, false, lookupNowhere)
	if err != nil {
		return "", err
	}
	root, err := b.Session.mount(ctx, b.World, tree)
	if err != nil {
		return "", err
	}
	if err := wantFile(tree.Real, u); err != nil {
		return "", err
	}
	return b.World.AddPath(ctx, eval.AddPath{Name: u.Name, Path: root, Flat: true})
}

// have is the store path of a file whose hash is given, if it is there.
func (b *Builtins) have(ctx context.Context, u eval.FetchURL) (string, error) {
	if u.Want.IsZero() {
		return "", nil
	}
	dir := b.Store.Dir()
	p, err := dir.ContentAddressed(u.Name, storepath.ContentAddress{Method: storepath.Flat, Hash: u.Want}, nil, false)
	if err != nil {
		return "", err
	}
	switch _, err := b.Store.Lookup(ctx, p); {
	case errors.Is(err, narinfo.ErrInvalid):
		return "", nil
	case err != nil:
		return "", err
	}
	if _, err := b.Store.Hold(ctx, p); err != nil {
		return "", err
	}
	b.World.Mount(host.Mount{At: dir.Join(p), Dir: b.Store.Real(p), Immutable: true})
	return dir.Join(p), nil
}

func (b *Builtins) fetchTarball(ctx context.Context, u eval.FetchURL) (string, error) {
	ref, err := flakeref.FromAttrs(flakeref.Attrs{"type": "tarball", "url": u.URL})
	if err != nil {
		return "", err
	}
	ref = ref.With("name", u.Name)
	if !u.Want.IsZero() {
		ref = ref.With("narHash", u.Want.SRI())
	}
	tree, _, err := b.Session.tree(ctx, ref, !u.Want.IsZero(), lookupNowhere)
	var other *fetch.MismatchError
	if errors.As(err, &other) && other.Attr == "narHash" {
		return "", mismatch(u.URL, other.Want, other.Got)
	}
	if err != nil {
		return "", err
	}
	return b.Session.mount(ctx, b.World, tree)
}

// wantFile holds that a file is the one that was asked for.
func wantFile(file string, u eval.FetchURL) error {
	if u.Want.IsZero() {
		return nil
	}
	got, err := hashFile(file)
	if err == nil && got != u.Want {
		err = mismatch(u.URL, u.Want.SRI(), got.SRI())
	}
	return err
}

func mismatch(url, want, got string) error {
	return &fetch.MismatchError{Ref: flakeref.Redact(url), Attr: "hash", Want: want, Got: got}
}

// FetchClosure implements [eval.Fetcher].
func (b *Builtins) FetchClosure(ctx context.Context, c eval.FetchClosure) (string, error) {
	if b.Closure == nil {
		return "", &Error{Fact: "nothing is copied from binary caches here", Next: "copy it first: devenv copy --from " + c.Store + " " + b.Store.Dir().Join(c.From)}
	}
	return b.Closure(ctx, c)
}

// ParseFlakeRef implements [eval.Fetcher].
func (b *Builtins) ParseFlakeRef(text string) (map[string]eval.FetchAttr, error) {
	ref, err := flakeref.Parse(text, flakeref.Options{})
	if err != nil {
		return nil, err
	}
	return ref.Attrs(), nil
}

// FlakeRefToString implements [eval.Fetcher].
func (b *Builtins) FlakeRefToString(attrs map[string]eval.FetchAttr) (string, error) {
	ref, err := flakeref.FromAttrs(attrs)
	if err != nil {
		return "", err
	}
	return ref.URL()
}

// Flake implements [eval.Fetcher].
func (b *Builtins) Flake(ctx context.Context, ev *eval.Evaluator, text string, pure bool) (*eval.Value, error) {
	o := LockOptions{NoUpdate: true, NoWrite: true, Pure: pure, NoRegistries: pure}
	if at, ok := b.Session.mountedAt(text); ok && path.IsAbs(text) {
		l, err := b.Session.lockAt(ctx, at, o)
		if err != nil {
			return nil, err
		}
		return b.Session.Call(ctx, ev, b.World, l)
	}
	ref, err := flakeref.Parse(text, flakeref.Options{})
	if err != nil {
		return nil, err
	}
	if pure && !ref.Locked() {
		return nil, &Error{
			Fact: fmt.Sprintf("cannot call 'getFlake' on unlocked flake reference '%s'", text),
			Next: "give it a rev or a narHash, make it an input, or evaluate with --impure",
		}
	}
	l, err := b.Session.Lock(ctx, ref, o)
	if err != nil {
		return nil, err
	}
	return b.Session.Call(ctx, ev, b.World, l)
}

// hashFile is the SHA-256 of a file's bytes.
func hashFile(file string) (nixhash.Hash, error) {
	f, err := os.Open(file)
	if err != nil {
		return nixhash.Hash{}, err
	}
	defer f.Close()
	sum := nixhash.NewHasher(nixhash.SHA256)
	_, err = io.Copy(sum, f)
	return sum.Sum(), err
}
