package daemon

import (
	"bytes"
	"errors"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/store/daemon/daemontest"
	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

func open(t *testing.T, o Options) *Client {
	t.Helper()
	c, err := Open(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { c.Close() })
	return c
}

// started returns a client of a daemon with a store of its own.
func started(t *testing.T) (*Client, *daemontest.Nix) {
	t.Helper()
	nix := daemontest.New(t).Start(t)
	return open(t, Options{Getenv: nix.Getenv}), nix
}

func TestAddAndRead(t *testing.T) {
	t.Parallel()
	c, nix := started(t)
	ctx := t.Context()
	tree := filepath.Join(t.TempDir(), "tree")
	if err := errors.Join(os.MkdirAll(tree+"/a/b", 0o755), os.WriteFile(tree+"/a/file", bytes.Repeat([]byte("x"), 300_000), 0o755), os.Symlink("a/file", tree+"/link")); err != nil {
		t.Fatal(err)
	}
	dir, err := c.AddFile(ctx, "tree", storepath.NAR, nixhash.SHA256, tree)
	if err != nil {
		t.Fatal(err)
	}
	text, err := c.AddText(ctx, "note", []byte("see "+c.Dir().Join(dir.Path)), []storepath.Path{dir.Path})
	if err != nil {
		t.Fatal(err)
	}
	flat, err := c.AddFile(ctx, "flat", storepath.Flat, nixhash.SHA1, tree+"/a/file")
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range []Info{dir, text, flat} {
		full := c.Dir().Join(info.Path)
		if got := nix.Run(t, "nix-store", "-q", "--hash", full); got != info.NarHash.String() {
			t.Errorf("nix says %s of %s, and we %s", got, full, info.NarHash)
		}
		again, err := c.Lookup(ctx, info.Path)
		if err != nil || again.NarHash != info.NarHash || again.NarSize != info.NarSize || again.CA != info.CA || !slices.Equal(again.References, info.References) {
			t.Errorf("%+v, %v; added as %+v", again, err, info)
		}
		want, _ := c.Dir().ContentAddressed(info.Path.Name(), info.CA, info.References, false)
		if want != info.Path {
			t.Errorf("%s is not the path of %s", info.Path, info.CA)
		}
	}
	var got, want bytes.Buffer
	if err := c.Nar(ctx, dir.Path, func(r io.Reader) error { _, err := io.Copy(&got, r); return err }); err != nil {
		t.Fatal(err)
	}
	if err := nar.Dump(&want, tree); err != nil || !bytes.Equal(got.Bytes(), want.Bytes()) {
		t.Errorf("the NAR of the tree differs (%v)", err)
	}
	closure, err := c.Closure(ctx, text.Path)
	if err != nil || len(closure) != 2 || closure[0].Path != dir.Path || closure[1].Path != text.Path {
		t.Errorf("closure: %v, %v", closure, err)
	}
	if ps, err := c.Referrers(ctx, dir.Path); err != nil || !slices.Equal(ps, []storepath.Path{text.Path}) {
		t.Errorf("referrers: %v, %v", ps, err)
	}
	if p, err := c.ByDigest(ctx, flat.Path.Digest()); err != nil || p != flat.Path {
		t.Errorf("by digest: %v, %v", p, err)
	}
	if all, err := c.All(ctx); err != nil || len(all) != 3 {
		t.Errorf("all: %v, %v", all, err)
	}
}

func TestNothingThere(t *testing.T) {
	t.Parallel()
	c, _ := started(t)
	ctx := t.Context()
	none, err := storepath.ParseBase("00000000000000000000000000000000-none")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := c.Lookup(ctx, none); !errors.Is(err, ErrInvalid) || !strings.Contains(err.Error(), none.Base()) {
		t.Errorf("lookup: %v", err)
	}
	if ok, err := c.Valid(ctx, none); ok || err != nil {
		t.Errorf("valid: %v, %v", ok, err)
	}
	if _, err := c.ByDigest(ctx, none.Digest()); !errors.Is(err, ErrInvalid) {
		t.Errorf("by digest: %v", err)
	}
	if err := c.Nar(ctx, none, nil); !errors.Is(err, ErrInvalid) {
		t.Errorf("nar: %v", err)
	}
	if missing, err := c.Missing(ctx, []storepath.Path{none}); err != nil || !slices.Equal(missing, []storepath.Path{none}) {
		t.Errorf("missing: %v, %v", missing, err)
	}
	if ps, err := c.Substitutable(ctx, []storepath.Path{none}); err != nil || len(ps) != 0 {
		t.Errorf("substitutable: %v, %v", ps, err)
	}
	if ps, err := c.Substitutes(ctx, map[storepath.Path]storepath.ContentAddress{none: {}}); err != nil || len(ps) != 0 {
		t.Errorf("substitutes: %v, %v", ps, err)
	}
	said := new(Error)
	if err := c.Ensure(ctx, none); !errors.As(err, &said) || !strings.Contains(err.Error(), none.Base()) || strings.ContainsRune(err.Error(), 0x1b) {
		t.Errorf("ensure: %v", err)
	}
	if _, err := c.Outputs(ctx, none); err == nil {
		t.Error("a path that is no derivation has outputs")
	}
	if err := c.Ping(ctx); err != nil {
		t.Errorf("after errors: %v", err)
	}
}
