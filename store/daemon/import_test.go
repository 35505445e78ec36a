package daemon

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os"
	"slices"
	"strings"
	"testing"

	"devenv/store/daemon/daemontest"
	"devenv/store/nar"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// foreign returns a path of another store, which is not addressed by its
// content, and its NAR.
func foreign(t *testing.T, base, text string, refs ...storepath.Path) (Info, []byte) {
	t.Helper()
	file := t.TempDir() + "/file"
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	var archive bytes.Buffer
	if err := nar.Dump(&archive, file); err != nil {
		t.Fatal(err)
	}
	p, err := storepath.ParseBase(base)
	if err != nil {
		t.Fatal(err)
	}
	h := nixhash.NewHasher(nixhash.SHA256)
	h.Write(archive.Bytes())
	return Info{Path: p, NarHash: h.Sum(), NarSize: h.Size(), References: refs}, archive.Bytes()
}

func TestImport(t *testing.T) {
	t.Parallel()
	nix := daemontest.New(t).Start(t)
	c := open(t, Options{Getenv: nix.Getenv, Unsigned: true})
	ctx := t.Context()
	leaf, leafNar := foreign(t, "00000000000000000000000000000001-leaf", strings.Repeat("leaf", 1_000_000))
	top, topNar := foreign(t, "00000000000000000000000000000002-top", "top", leaf.Path)

	if err := c.Import(ctx, top, bytes.NewReader(topNar)); err == nil || !strings.Contains(err.Error(), "leaf") {
		t.Errorf("without its reference: %v", err)
	}
	wrong := leaf
	wrong.NarHash = top.NarHash
	if err := c.Import(ctx, wrong, bytes.NewReader(leafNar)); err == nil || !strings.Contains(err.Error(), "hash mismatch") {
		t.Errorf("with another hash: %v", err)
	}
	if err := c.Import(ctx, leaf, bytes.NewReader(leafNar[:len(leafNar)/2])); err == nil {
		t.Error("half an archive is taken")
	}
	broken := errors.New("the source broke")
	if err := c.Import(ctx, leaf, io.MultiReader(bytes.NewReader(leafNar[:100_000]), failing{broken})); !errors.Is(err, broken) {
		t.Errorf("from a source that breaks: %v", err)
	}
	if ok, err := c.Valid(ctx, leaf.Path); ok || err != nil {
		t.Fatalf("after all that: %v, %v", ok, err)
	}
	for range 2 {
		if err := errors.Join(c.Import(ctx, leaf, bytes.NewReader(leafNar)), c.Import(ctx, top, bytes.NewReader(topNar))); err != nil {
			t.Fatal(err)
		}
	}
	if got, err := c.Lookup(ctx, top.Path); err != nil || got.NarHash != top.NarHash || !slices.Equal(got.References, top.References) {
		t.Errorf("%+v, %v", got, err)
	}
	if err := c.AddSignatures(ctx, top.Path, []string{"key-1:" + strings.Repeat("A", 86) + "=="}); err != nil {
		t.Error(err)
	}
	if got, _ := c.Lookup(ctx, top.Path); len(got.Signatures) != 1 {
		t.Errorf("signatures: %q", got.Signatures)
	}
}

func TestImportAll(t *testing.T) {
	t.Parallel()
	from, _ := started(t)
	ctx := t.Context()
	var ps []storepath.Path
	for _, text := range []string{"one", "two", "three"} {
		info, err := from.AddText(ctx, text, []byte(text), ps)
		if err != nil {
			t.Fatal(err)
		}
		ps = append(ps, info.Path)
	}
	closure, err := from.Closure(ctx, ps[2])
	if err != nil || len(closure) != 3 {
		t.Fatal(closure, err)
	}
	// The other daemon's store is in another directory: only its bytes matter here.
	nix := daemontest.New(t).Start(t)
	to := open(t, Options{Getenv: nix.Getenv, Unsigned: true})
	for i := range closure {
		closure[i].CA = storepath.ContentAddress{}
	}
	if err := to.ImportAll(ctx, append(closure, closure...), from.Nar); err != nil {
		t.Fatal(err)
	}
	if missing, err := to.Missing(ctx, ps); err != nil || len(missing) != 0 {
		t.Errorf("missing: %v, %v", missing, err)
	}
	if err := to.ImportAll(ctx, closure, nil); err != nil {
		t.Errorf("again: %v", err)
	}
	bad, badNar := foreign(t, "00000000000000000000000000000003-bad", "bad", ps[0], nowhere(t))
	err = to.ImportAll(ctx, []Info{bad}, func(_ context.Context, _ storepath.Path, sink func(io.Reader) error) error {
		return sink(bytes.NewReader(badNar))
	})
	if said := new(Error); !errors.As(err, &said) || !strings.Contains(err.Error(), nowhere(t).Base()) {
		t.Errorf("with a reference that is not there: %v", err)
	}
}

// Daemons before Nix 2.36 lose their place in a list when somebody else adds one
// of its paths meanwhile.
func TestImportAllRace(t *testing.T) {
	t.Parallel()
	nix := daemontest.New(t).Start(t)
	c := open(t, Options{Getenv: nix.Getenv, Unsigned: true})
	nars := map[storepath.Path][]byte{}
	var infos []Info
	for _, digit := range []string{"5", "6", "7"} {
		info, nar := foreign(t, "0000000000000000000000000000000"+digit+"-x", strings.Repeat(digit, 100_000))
		infos, nars[info.Path] = append(infos, info), nar
	}
	first := true
	err := c.ImportAll(t.Context(), infos, func(ctx context.Context, p storepath.Path, sink func(io.Reader) error) error {
		if first {
			first = false
			if err := c.Import(ctx, infos[1], bytes.NewReader(nars[infos[1].Path])); err != nil {
				t.Error(err)
			}
		}
		return sink(bytes.NewReader(nars[p]))
	})
	if err != nil {
		t.Fatal(err)
	}
	for _, info := range infos {
		if got, err := c.Lookup(t.Context(), info.Path); err != nil || got.NarHash != info.NarHash {
			t.Errorf("%+v, %v", got, err)
		}
	}
}

func nowhere(t *testing.T) storepath.Path {
	p, err := storepath.ParseBase("00000000000000000000000000000004-nowhere")
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// failing is a reader that gives an error.
type failing struct{ err error }

func (f failing) Read([]byte) (int, error) { return 0, f.err }
