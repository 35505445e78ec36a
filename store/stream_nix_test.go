package store_test

import (
	"bytes"
	"context"
	"errors"
	"io"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"devenv/store"
	"devenv/store/db"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// exportSample has Nix make a store with derivations and a tree, and returns it
// with its paths: src, c.drv, b.drv and a.drv, of which each refers to the one
// before, and the tree.
func exportSample(t *testing.T) (root string, s *store.Store, paths []storepath.Path, full []string) {
	root = tempRoot(t)
	top := instantiate(t, root, sampleDrv)
	added := parse(t, nix(t, root, "--add", tree(t, "tree", "x")))
	s = open(t, root)
	closure, err := s.Closure(t.Context(), top, added)
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"src", "c.drv", "b.drv", "a.drv", "tree"} {
		for _, info := range closure {
			if info.Path.Name() == name {
				paths = append(paths, info.Path)
				full = append(full, storepath.Default.Join(info.Path))
			}
		}
	}
	return root, s, paths, full
}

// TestExportLikeNix compares exports byte by byte, and has each of both import
// the other's.
func TestExportLikeNix(t *testing.T) {
	theirs, s, paths, full := exportSample(t)
	var ours bytes.Buffer
	if err := s.Export(t.Context(), &ours, paths...); err != nil {
		t.Fatal(err)
	}
	for i, p := range paths { // one by one: the order of paths that do not refer to each other is free
		want := run(t, "nix-store", "--store", theirs, "--export", full[i])
		if strings.TrimSpace(want) != strings.TrimSpace(string(tail(t, s, p))) { // run trims
			t.Errorf("exports of %s differ", p)
		}
	}
	root := tempRoot(t)
	cmd := exec.Command("nix-store", "--store", root, "--import")
	cmd.Stdin = bytes.NewReader(ours.Bytes())
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("nix-store --import: %v\n%s", err, out)
	}
	ourRoot := tempRoot(t)
	to := open(t, ourRoot)
	for range 2 { // the second time all is there
		got, err := to.ImportExport(t.Context(), bytes.NewReader(ours.Bytes()))
		if err != nil || !slices.Equal(got, paths) {
			t.Errorf("ImportExport: %v, %v", got, err)
		}
	}
	const query = "select path, hash, narSize, deriver, ca from ValidPaths order by path"
	if got, want := rows(t, ourRoot, query), rows(t, root, query); got != want {
		t.Errorf("imported %s\nby Nix %s", got, want)
	}
	const outputs = "select v.path, o.id, o.path from DerivationOutputs o join ValidPaths v on v.id = o.drv order by 1, 2"
	if got, want := rows(t, ourRoot, outputs), rows(t, root, outputs); got != want {
		t.Errorf("outputs %s\nby Nix %s", got, want)
	}
	nix(t, ourRoot, "--verify", "--check-contents")
}

func TestImportExportRefuses(t *testing.T) {
	_, s, paths, _ := exportSample(t)
	var export bytes.Buffer
	if err := s.Export(t.Context(), &export, paths...); err != nil {
		t.Fatal(err)
	}
	whole := export.Bytes()
	for name, text := range map[string][]byte{
		"nothing":         nil,
		"another stream":  []byte("PK\x03\x04 and so on, and so on"),
		"cut number":      whole[:4],
		"cut NAR":         whole[:60],
		"cut trailer":     whole[:len(whole)/2],
		"no end":          whole[:len(whole)-8],
		"missing paths":   tail(t, s, paths[3]),
		"another magic":   bytes.ReplaceAll(whole, []byte("NIXE"), []byte("NIXX")),
		"path elsewhere":  bytes.ReplaceAll(whole, []byte("/nix/store"), []byte("/etc/store")),
		"a changed drv":   bytes.ReplaceAll(whole, []byte(`"builder","/x"`), []byte(`"builder","/y"`)),
		"endless strings": append(bytes.Clone(whole[:bytes.Index(whole, []byte("NIXE"))+8]), 255, 255, 255, 255, 255, 255, 255, 127),
	} {
		root := tempRoot(t)
		if got, err := open(t, root).ImportExport(t.Context(), bytes.NewReader(text)); err == nil {
			t.Errorf("%s: imported %v", name, got)
		}
		if all := names(t, root); len(all) > len(paths) {
			t.Errorf("%s: left %q", name, all)
		}
		checkWhole(t, root)
	}
}

func tail(t *testing.T, s *store.Store, p storepath.Path) []byte {
	var b bytes.Buffer
	if err := s.Export(t.Context(), &b, p); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// TestImportStopsWithItsContext imports an endless stream.
func TestImportStopsWithItsContext(t *testing.T) {
	_, s, paths, _ := exportSample(t)
	var export bytes.Buffer
	if err := s.Export(t.Context(), &export, paths...); err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	r := io.MultiReader(bytes.NewReader(export.Bytes()[:300]), readerFunc(func(p []byte) (int, error) { cancel(); return 1, nil }))
	_, err := open(t, tempRoot(t)).ImportExport(ctx, r)
	if !errors.Is(err, ctx.Err()) {
		t.Errorf("got %v", err)
	}
}

type readerFunc func(p []byte) (int, error)

func (f readerFunc) Read(p []byte) (int, error) { return f(p) }

func TestDelete(t *testing.T) {
	root, s, paths, full := exportSample(t)
	src, drv := paths[0], paths[1]
	_, err := s.Delete(t.Context(), src)
	if alive, ok := errors.AsType[*store.AliveError](err); !ok || alive.By != drv.Base() {
		t.Errorf("Delete of what is referred to: %v", err)
	}
	if err := s.AddRoot(t.Context(), "r", paths[2]); err != nil {
		t.Fatal(err)
	}
	s.Close()
	s = open(t, root)
	if _, err := s.Delete(t.Context(), paths[:4]...); err == nil {
		t.Error("deleted what a root keeps")
	}
	keepers, err := s.Keepers(t.Context(), src)
	if err != nil || len(keepers) != 1 || !slices.Equal(keepers[0].Way, []storepath.Path{paths[2], paths[1], src}) {
		t.Errorf("Keepers: %+v, %v", keepers, err)
	}
	if _, err := s.Delete(t.Context(), paths[3], paths[4]); err != nil {
		t.Errorf("Delete of what nothing keeps: %v", err)
	}
	if missing, err := s.Missing(t.Context(), paths); err != nil || !slices.Equal(missing, paths[3:]) {
		t.Errorf("missing: %v, %v", missing, err)
	}
	if out, err := exec.Command("nix-store", "--store", root, "--delete", full[0]).CombinedOutput(); err == nil {
		t.Errorf("Nix deletes it: %s", out)
	}
	nix(t, root, "--verify", "--check-contents")
}

func TestMaxFreed(t *testing.T) {
	_, s, paths, _ := exportSample(t)
	all, err := s.PlanGC(t.Context(), store.GCOptions{})
	if err != nil || len(all.Dead) != 5 {
		t.Fatalf("PlanGC: %+v, %v", all, err)
	}
	for size := int64(1); size <= all.Bytes(); size += 300 {
		plan, err := s.PlanGC(t.Context(), store.GCOptions{MaxFreed: size})
		if err != nil || plan.Bytes() < size || plan.Bytes()-plan.Dead[len(plan.Dead)-1].Bytes >= size {
			t.Errorf("%d: %+v, %v", size, plan, err)
		}
		gone := map[storepath.Path]bool{}
		for _, d := range plan.Dead {
			gone[d.Path] = true
		}
		for _, p := range paths { // whatever stays has what it refers to
			info, err := s.Lookup(t.Context(), p)
			if err != nil {
				t.Fatal(err)
			}
			if !gone[p] && slices.ContainsFunc(info.References, func(r storepath.Path) bool { return gone[r] }) {
				t.Errorf("%d: %s stays without its references", size, p)
			}
		}
	}
}

// TestRealisations notes in the tables that Nix makes, and has Nix make the
// tables.
func TestRealisations(t *testing.T) {
	root, s, paths, _ := exportSample(t)
	sum := nixhash.NewHasher(nixhash.SHA256)
	one := store.Realisation{ID: db.RealisationID{Derivation: sum.Sum(), Output: "out"}, Path: paths[0], Signatures: []string{"k:A"}}
	sum.Write([]byte("x"))
	two := store.Realisation{ID: db.RealisationID{Derivation: sum.Sum(), Output: "dev"}, Path: paths[4],
		DependsOn: map[store.RealisationID]storepath.Path{one.ID: one.Path}}
	if err := s.RegisterRealisations(t.Context(), two); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("with a dependency that is not known: %v", err)
	}
	if err := s.RegisterRealisations(t.Context(), one, two); err != nil {
		t.Fatal(err)
	}
	one.Signatures = []string{"k:B"}
	if err := s.RegisterRealisations(t.Context(), one, two); err != nil {
		t.Fatal(err)
	}
	if got, err := s.Realisation(t.Context(), one.ID); err != nil || got.Path != one.Path || !slices.Equal(got.Signatures, []string{"k:A", "k:B"}) {
		t.Errorf("got %+v, %v", got, err)
	}
	if got, err := s.Realisation(t.Context(), two.ID); err != nil || got.DependsOn[one.ID] != one.Path || len(got.DependsOn) != 1 {
		t.Errorf("got %+v, %v", got, err)
	}
	one.Path = paths[1]
	if err := s.RegisterRealisations(t.Context(), one); err == nil {
		t.Error("an output became two paths")
	}
	theirs := tempRoot(t)
	cmd := exec.Command("nix-store", "--store", theirs, "--add", filepath.Join(root, "nix/var/nix/db/schema"))
	cmd.Env = append(cmd.Environ(), "NIX_CONFIG=experimental-features = ca-derivations\nbuild-users-group =")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	const schema = "select sql from sqlite_master where name like '%ealisations%' and name not like '%ViaRealisations' and name not like '%RealisationReference' and sql is not null order by name"
	clean := func(s string) string { return strings.ReplaceAll(s, ` -- symbolic output id, usually "out"`, "") }
	got := rows(t, root, schema)
	want := strings.ReplaceAll(clean(rows(t, theirs, schema)), " -- space-separated list", "")
	if got != want {
		t.Errorf("tables %s\nNix's %s", got, want)
	}
	s.Close() // Nix takes the database for itself once
	cmd = exec.Command("nix-store", "--store", root, "--add", filepath.Join(root, "nix/var/nix/db/schema"))
	cmd.Env = append(cmd.Environ(), "NIX_CONFIG=experimental-features = ca-derivations\nbuild-users-group =")
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Errorf("Nix with our tables: %v\n%s", err, out)
	}
	nix(t, root, "--gc")
	s = open(t, root)
	if _, err := s.Realisation(t.Context(), two.ID); !errors.Is(err, store.ErrInvalid) {
		t.Errorf("after its path was deleted: %v", err)
	}
}

func TestWhyDepends(t *testing.T) {
	_, s, paths, _ := exportSample(t)
	top, src := paths[3], paths[0]
	why, err := s.WhyDepends(t.Context(), top, src, false)
	if err != nil || why == nil || len(why.Then) != 1 || len(why.Then[0].Then) != 1 {
		t.Fatalf("WhyDepends: %+v, %v", why, err)
	}
	if why, err := s.WhyDepends(t.Context(), src, top, false); why != nil || err != nil {
		t.Errorf("the other way round: %+v, %v", why, err)
	}
	if why, err := s.WhyDepends(t.Context(), top, top, true); err != nil || why == nil || len(why.Then) != 0 {
		t.Errorf("of itself: %+v, %v", why, err)
	}
}
