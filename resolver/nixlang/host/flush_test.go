package host_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
	"devenv/store/derivation"
	"devenv/store/nar"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// memory is a Store that keeps NARs, and demands that references come first.
type memory struct {
	order []storepath.Path
	nars  map[storepath.Path][]byte
}

func (m *memory) Missing(_ context.Context, ps []storepath.Path) (missing []storepath.Path, err error) {
	for _, p := range ps {
		if m.nars[p] == nil {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

func (m *memory) ImportAll(ctx context.Context, infos []narinfo.Info, nar func(context.Context, storepath.Path, func(io.Reader) error) error) error {
	for _, info := range infos {
		if err := nar(ctx, info.Path, func(r io.Reader) error { return m.add(info, r) }); err != nil {
			return err
		}
	}
	return nil
}

func (m *memory) add(info narinfo.Info, r io.Reader) error {
	data, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	hasher := nixhash.NewHasher(nixhash.SHA256)
	_, _ = hasher.Write(data)
	if hasher.Sum() != info.NarHash || int64(len(data)) != info.NarSize {
		return fmt.Errorf("%s: not what was announced", info.Path)
	}
	for _, r := range info.References {
		if m.nars[r] == nil {
			return fmt.Errorf("%s refers to %s, which is not there", info.Path, r)
		}
	}
	if p, err := storepath.Default.ContentAddressed(info.Path.Name(), info.CA, info.References, false); err != nil || p != info.Path {
		return fmt.Errorf("%s has the address of %s (%w)", info.Path, p, err)
	}
	m.order = append(m.order, info.Path)
	m.nars[info.Path] = data
	return nil
}

const flushed = `let
  src = builtins.filterSource (p: t: baseNameOf p != "no") ./src;
  text = builtins.toFile "text" "see ${builtins.toFile "deep" "deep"}";
  mk = name: more: derivation ({ inherit name; system = "x86_64-linux"; builder = "/bin/sh"; } // more);
  fixed = mk "fixed" { outputHash = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; outputHashMode = "recursive"; };
  dep = mk "dep" { inherit src text fixed; outputs = [ "out" "dev" ]; };
in mk "top" { inherit dep; dev = dep.dev; file = ./file; again = "${./file}"; }`

// TestFlush holds that what an evaluation made arrives in a store, references
// first, once, and is what nix-instantiate writes.
func TestFlush(t *testing.T) {
	dir := project(t, map[string]string{"default.nix": flushed, "src/yes": "y", "src/no": "n", "src/sub/link": "-> ../yes", "file": "file"})
	h := host.New(host.Options{Keep: true})
	ev := eval.New(eval.Options{Host: h})
	v, err := ev.File(dir)
	if err != nil {
		t.Fatal(err)
	}
	drvPath, err := ev.Attr(v, "drvPath")
	if err != nil {
		t.Fatal(err)
	}
	text, elems, err := ev.ToString(drvPath)
	if err != nil || len(elems) != 1 || elems[0].Kind != eval.DeepDrv {
		t.Fatal(text, elems, err)
	}
	top, err := storepath.Default.Parse(text)
	if err != nil {
		t.Fatal(err)
	}
	m := &memory{nars: map[storepath.Path][]byte{}}
	if err := h.Flush(t.Context(), m, top); err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, p := range m.order {
		names = append(names, p.Name())
	}
	slices.Sort(names)
	if want := []string{"deep", "dep.drv", "file", "fixed.drv", "src", "text", "top.drv"}; !slices.Equal(names, want) {
		t.Errorf("%q, not %q", names, want)
	}
	before := len(m.order)
	if err := h.Flush(t.Context(), m, top); err != nil || len(m.order) != before {
		t.Errorf("a second time %d things are written (%v)", len(m.order)-before, err)
	}
	besideNix(t, dir, top, m)
}

// besideNix compares a store with the one that nix-instantiate fills.
func besideNix(t *testing.T, dir string, top storepath.Path, m *memory) {
	nix, err := exec.LookPath("nix-instantiate")
	if err != nil {
		if os.Getenv("CI") == "true" {
			t.Fatal("nix-instantiate is needed: apt-get install nix-bin")
		}
		t.Skip("no nix-instantiate")
	}
	root := t.TempDir()
	cmd := exec.Command(nix, "--store", root, dir)
	cmd.Env = append(os.Environ(), "HOME="+root, "NIX_REMOTE=")
	out, err := cmd.Output()
	if err != nil || strings.TrimSpace(string(out)) != storepath.Default.Join(top) {
		t.Fatalf("nix-instantiate says %s (%v)", out, err)
	}
	for p, data := range m.nars {
		var b bytes.Buffer
		if err := nar.Dump(&b, filepath.Join(root, storepath.Default.Join(p))); err != nil {
			t.Error(err)
		} else if !bytes.Equal(b.Bytes(), data) {
			t.Errorf("%s is another one than Nix writes", p)
		}
	}
}

// builder is a Realiser that makes any output a directory with one file in it.
type builder struct {
	dir   string
	store *memory
	built []string
}

func (b *builder) References(context.Context, storepath.Path) ([]storepath.Path, error) {
	return nil, nil
}

func (b *builder) Realise(_ context.Context, elems []eval.ContextElem) (done host.Realised, err error) {
	for _, e := range elems {
		drv, err := storepath.Default.Parse(e.Path)
		if err != nil || b.store.nars[drv] == nil {
			return done, fmt.Errorf("%s is not in the store", e.Path)
		}
		b.built = append(b.built, drv.Name()+"^"+e.Output)
		out, err := storepath.Default.Parse("/nix/store/x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-made")
		if err != nil {
			return done, err
		}
		if err := os.MkdirAll(filepath.Join(b.dir, out.Base()), 0o777); err != nil {
			return done, err
		}
		if err := os.WriteFile(filepath.Join(b.dir, out.Base(), "default.nix"), []byte("{ built = 1; }"), 0o666); err != nil {
			return done, err
		}
		done.Paths = append(done.Paths, out)
		done.Rewrites = map[string]string{}
	}
	return done, nil
}

func TestImportFromDerivation(t *testing.T) {
	const expr = `let d = derivation { name = "made"; system = "x"; builder = "b"; __contentAddressed = true; }; in import d.outPath`
	stores := t.TempDir()
	b := &builder{dir: stores, store: &memory{nars: map[storepath.Path][]byte{}}}
	h := host.New(host.Options{
		Mode: host.Pure, Keep: true, Store: b.store, Realiser: rewriting{b}, Mounts: []host.Mount{{At: "/nix/store", Dir: stores, Immutable: true}},
	})
	ev := eval.New(eval.Options{Host: h, Pure: true, Features: map[string]bool{"ca-derivations": true}})
	v, err := ev.Expr("«test»", expr, "/")
	if err != nil {
		t.Fatal(err)
	}
	if got, err := ev.Print(v, true); err != nil || got != "{ built = 1; }" {
		t.Errorf("%s %v", got, err)
	}
	if !slices.Equal(b.built, []string{"made.drv^out"}) {
		t.Errorf("built: %q", b.built)
	}
	ev = eval.New(eval.Options{Host: host.New(host.Options{}), Features: map[string]bool{"ca-derivations": true}})
	v, err = ev.Expr("«test»", expr, "/")
	if err == nil {
		err = ev.Force(v)
	}
	if err == nil || !strings.Contains(err.Error(), "made.drv^out' during evaluation") {
		t.Errorf("without a builder: %v", err)
	}
}

// rewriting tells a builder's paths for the placeholders of floating outputs.
type rewriting struct{ *builder }

func (r rewriting) Realise(ctx context.Context, elems []eval.ContextElem) (host.Realised, error) {
	done, err := r.builder.Realise(ctx, elems)
	for i, e := range elems {
		if err == nil {
			drv, _ := storepath.Default.Parse(e.Path)
			done.Rewrites[derivation.UpstreamOutput(drv, e.Output).String()] = storepath.Default.Join(done.Paths[i])
		}
	}
	return done, err
}
