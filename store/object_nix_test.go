package store_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"

	"devenv/store"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// parse reads a full store path, as Nix prints it.
func parse(t testing.TB, full string) storepath.Path {
	t.Helper()
	p, err := storepath.Default.Parse(strings.TrimSpace(full))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// sampleDrv is an expression with three derivations, each of which needs the
// next, and a text that the last one needs.
const sampleDrv = `let
  c = derivation { name = "c"; builder = "/x"; system = "s"; src = builtins.toFile "src" "text"; };
  b = derivation { name = "b"; builder = "/x"; system = "s"; outputs = [ "out" "dev" ]; inherit c; };
in derivation { name = "a"; builder = "/x"; system = "s"; inherit b; d = b.dev;
  outputHashMode = "flat"; outputHashAlgo = "sha256"; outputHash = builtins.hashString "sha256" "x"; }`

// instantiate has Nix write the derivations of an expression into root.
func instantiate(t testing.TB, root, expr string) storepath.Path {
	t.Helper()
	return parse(t, run(t, "nix-instantiate", "--store", root, "-E", expr))
}

// rows returns what a query finds in the database at root.
func rows(t testing.TB, root, query string) string {
	t.Helper()
	return run(t, "sqlite3", filepath.Join(root, "nix/var/nix/db/db.sqlite"), query)
}

// TestAddTextLikeNix writes the derivations of a Nix store into one of ours.
func TestAddTextLikeNix(t *testing.T) {
	theirs, ours := tempRoot(t), tempRoot(t)
	top := instantiate(t, theirs, sampleDrv)
	from, to := open(t, theirs), open(t, ours)
	closure, err := from.Closure(t.Context(), top)
	if err != nil || len(closure) != 4 || !slices.ContainsFunc(closure, func(i store.Info) bool { return i.Path == top }) {
		t.Fatalf("Closure: %v, %v", closure, err)
	}
	for _, info := range closure {
		text, err := os.ReadFile(from.Real(info.Path))
		if err != nil {
			t.Fatal(err)
		}
		got, err := to.AddText(t.Context(), info.Path.Name(), text, info.References)
		if err != nil || got.Path != info.Path || got.NarHash != info.NarHash || got.NarSize != info.NarSize || got.CA != info.CA {
			t.Fatalf("AddText: %+v, %v; Nix has %+v", got, err, info)
		}
	}
	const query = "select v.path, o.id, o.path from DerivationOutputs o join ValidPaths v on v.id = o.drv order by 1, 2"
	if got, want := rows(t, ours, query), rows(t, theirs, query); got != want || got == "" {
		t.Errorf("outputs %s\nNix: %s", got, want)
	}
	const paths = "select path, hash, narSize, ca, sigs, deriver, ultimate from ValidPaths order by path"
	if got, want := rows(t, ours, paths), rows(t, theirs, paths); got != want {
		t.Errorf("paths %s\nNix: %s", got, want)
	}
	nix(t, ours, "--verify", "--check-contents")
	drv, err := to.Derivation(t.Context(), top)
	if err != nil || drv.Name != "a" {
		t.Fatalf("Derivation: %+v, %v", drv, err)
	}
	if refs, err := to.Referrers(t.Context(), closure[1].Path); err != nil || len(refs) != 1 {
		t.Errorf("Referrers: %v, %v", refs, err)
	}
	out := parse(t, strings.Fields(nix(t, ours, "-q", "--outputs", storepath.Default.Join(top)))[0])
	if drvs, err := to.Derivers(t.Context(), out); err != nil || len(drvs) != 1 || drvs[0] != top {
		t.Errorf("Derivers: %v, %v", drvs, err)
	}
}

func TestAddTextRefuses(t *testing.T) {
	root := tempRoot(t)
	s := open(t, root)
	other := add(t, open(t, tempRoot(t)), "other", "x")
	_, err := s.AddText(t.Context(), "text", []byte("x"), []storepath.Path{other.Path})
	if _, ok := errors.AsType[*store.ReferenceError](err); !ok {
		t.Errorf("with a reference that is not valid: %v", err)
	}
	for _, text := range []string{"", "Derive(", `Derive([("out","/nix/store/` + other.Path.Base() + `","","")],[],[],"s","/x",[],[("out","/nix/store/` + other.Path.Base() + `")])`} {
		_, err := s.AddText(t.Context(), "x.drv", []byte(text), nil)
		if _, ok := errors.AsType[*store.DerivationError](err); !ok {
			t.Errorf("%q is a derivation: %v", text, err)
		}
	}
	if got := names(t, root); len(got) > 0 {
		t.Errorf("left in the store: %q", got)
	}
}

// TestAddFileLikeNix adds files and trees in all ways that Nix knows.
func TestAddFileLikeNix(t *testing.T) {
	dir := tree(t, "tree", "hello")
	theirs, ours := tempRoot(t), tempRoot(t)
	s := open(t, ours)
	for _, test := range []struct {
		method storepath.Method
		algo   nixhash.Algo
		path   string
		args   []string
	}{
		{storepath.Flat, nixhash.SHA256, dir + "/data", []string{"--add-fixed", "sha256"}},
		{storepath.Flat, nixhash.MD5, dir + "/data", []string{"--add-fixed", "md5"}},
		{storepath.NAR, nixhash.SHA256, dir, []string{"--add"}},
		{storepath.NAR, nixhash.SHA512, dir, []string{"--add-fixed", "--recursive", "sha512"}},
		{storepath.NAR, nixhash.SHA1, dir + "/bin/run", []string{"--add-fixed", "--recursive", "sha1"}},
		{storepath.NAR, nixhash.SHA256, dir + "/bin/link", []string{"--add"}},
	} {
		full := nix(t, theirs, append(test.args, test.path)...)
		info, err := s.AddFile(t.Context(), filepath.Base(test.path), test.method, test.algo, test.path)
		if err != nil || info.Path != parse(t, full) {
			t.Errorf("%q %s: %s, %v; Nix has %s", test.args, test.path, info.Path, err, full)
		}
	}
	const query = "select path, hash, narSize, ca from ValidPaths order by path"
	if got, want := rows(t, ours, query), rows(t, theirs, query); got != want {
		t.Errorf("got %s\nNix: %s", got, want)
	}
	nix(t, ours, "--verify", "--check-contents")
}

// TestAddFileGit hashes as git does.
func TestAddFileGit(t *testing.T) {
	dir := tree(t, "tree", "hello")
	for _, name := range []string{"a.b/x", "a/x", "a-/x", "a0", "B"} { // whose order git has otherwise
		path := filepath.Join(dir, name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(path), 0o755), os.WriteFile(path, []byte(name), 0o644)); err != nil {
			t.Fatal(err)
		}
	}
	os.Remove(dir + "/empty") // git has no empty directories
	run(t, "git", "-C", dir, "init", "-q")
	run(t, "git", "-C", dir, "add", "-A")
	want := strings.TrimSpace(run(t, "git", "-C", dir, "write-tree"))
	blob := strings.TrimSpace(run(t, "git", "hash-object", dir+"/data"))
	if err := os.RemoveAll(dir + "/.git"); err != nil {
		t.Fatal(err)
	}
	s := open(t, tempRoot(t))
	for path, want := range map[string]string{dir: want, dir + "/data": blob} {
		info, err := s.AddFile(t.Context(), "x", storepath.Git, nixhash.SHA1, path)
		if err != nil || info.CA.Hash.Base16() != want || info.CA.Method != storepath.Git {
			t.Errorf("%s: %s, %v; git: %s", path, info.CA, err, want)
		}
	}
}

// TestImportFromNix copies what Nix made, self references and all, NAR by NAR.
func TestImportFromNix(t *testing.T) {
	theirs, ours := tempRoot(t), tempRoot(t)
	top := instantiate(t, theirs, sampleDrv)
	full := nix(t, theirs, "--add", tree(t, "tree", "x"))
	from, to := open(t, theirs), open(t, ours)
	closure, err := from.Closure(t.Context(), top, parse(t, full))
	if err != nil {
		t.Fatal(err)
	}
	copyNar := func(info store.Info) error {
		return from.Nar(t.Context(), info.Path, func(nar io.Reader) error { return to.Import(t.Context(), info, nar) })
	}
	if _, early := errors.AsType[*store.ReferenceError](copyNar(closure[3])); !early {
		t.Error("imported before what it refers to")
	}
	for range 2 { // the second time it is there
		for _, info := range closure {
			if err := copyNar(info); err != nil {
				t.Fatal(err)
			}
		}
	}
	var paths []storepath.Path
	for _, info := range closure {
		paths = append(paths, info.Path)
	}
	absent := add(t, open(t, tempRoot(t)), "absent", "x").Path
	if missing, err := to.Missing(t.Context(), append(paths, absent)); err != nil || !slices.Equal(missing, []storepath.Path{absent}) {
		t.Errorf("Missing: %v, %v", missing, err)
	}
	nix(t, ours, "--verify", "--check-contents")
	for _, query := range []string{"--references", "--referrers", "--hash", "--size", "--deriver"} {
		for _, p := range paths {
			full := storepath.Default.Join(p)
			if got, want := nix(t, ours, "-q", query, full), nix(t, theirs, "-q", query, full); got != want {
				t.Errorf("%s %s: %q; from Nix %q", query, full, got, want)
			}
		}
	}
}

func TestImportRefuses(t *testing.T) {
	from := open(t, tempRoot(t))
	info := add(t, from, "x", "x")
	var archive bytes.Buffer
	if err := from.Nar(t.Context(), info.Path, func(r io.Reader) error { _, err := archive.ReadFrom(r); return err }); err != nil {
		t.Fatal(err)
	}
	whole := archive.Bytes()
	changed := bytes.Replace(whole, []byte("echo x"), []byte("echo y"), 1)
	another := add(t, open(t, tempRoot(t)), "y", "y")
	root := tempRoot(t)
	s := open(t, root)
	for name, test := range map[string]struct {
		nar    []byte
		change func(*store.Info)
		want   any
	}{
		"cut":           {whole[:len(whole)-8], nil, nil},
		"empty":         {nil, nil, nil},
		"changed":       {changed, nil, new(*store.HashError)},
		"longer":        {append(slices.Clone(whole), whole...), nil, new(*store.HashError)},
		"size too big":  {whole, func(i *store.Info) { i.NarSize++ }, new(*store.HashError)},
		"size too low":  {whole, func(i *store.Info) { i.NarSize-- }, new(*store.HashError)},
		"another hash":  {whole, func(i *store.Info) { i.NarHash = another.NarHash }, new(*store.HashError)},
		"another path":  {whole, func(i *store.Info) { i.Path = another.Path }, new(*store.AddressError)},
		"flat":          {whole, func(i *store.Info) { i.CA.Method = storepath.Flat }, new(*store.AddressError)},
		"wrong address": {whole, func(i *store.Info) { i.Path, i.CA.Hash = another.Path, another.CA.Hash }, new(*store.AddressError)},
		"no reference":  {whole, func(i *store.Info) { i.References = []storepath.Path{another.Path} }, new(*store.ReferenceError)},
		"no hash":       {whole, func(i *store.Info) { i.NarHash = nixhash.Hash{} }, nil},
	} {
		i := info
		if test.change != nil {
			test.change(&i)
		}
		err := s.Import(t.Context(), i, bytes.NewReader(test.nar))
		if err == nil || test.want != nil && !errors.As(err, test.want) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if got := names(t, root); len(got) > 0 {
		t.Errorf("left in the store: %q", got)
	}
	if err := s.Import(t.Context(), info, bytes.NewReader(whole)); err != nil {
		t.Error(err)
	}
}

// TestImportAtOnce has many goroutines import what refers to each other as soon
// as that is valid: they reach the disk and the database together.
func TestImportAtOnce(t *testing.T) {
	from, root := open(t, tempRoot(t)), tempRoot(t)
	s := open(t, root)
	var wg sync.WaitGroup
	for i := range 30 {
		info := add(t, from, fmt.Sprint("tree-", i%20), fmt.Sprint(i%20))
		wg.Go(func() {
			err := from.Nar(t.Context(), info.Path, func(r io.Reader) error { return s.Import(t.Context(), info, r) })
			if err == nil {
				_, err = s.AddText(t.Context(), fmt.Sprint("text-", i), []byte(info.Path.Base()), []storepath.Path{info.Path})
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if all, err := s.List(t.Context()); err != nil || len(all) != 50 {
		t.Errorf("%d valid paths, %v", len(all), err)
	}
	nix(t, root, "--verify", "--check-contents")
}
