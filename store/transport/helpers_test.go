package transport_test

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"devenv/store"
	"devenv/store/binarycache"
	"devenv/store/nar"
	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
	"devenv/transfer"
)

// tempRoot is a directory for a store, whose trees can be deleted.
func tempRoot(t testing.TB) string {
	t.Helper()
	root := t.TempDir()
	t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", root).Run() })
	return root
}

func open(t testing.TB, root string) *store.Store {
	t.Helper()
	s, err := store.Open(t.Context(), store.Options{URL: root})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func cache(t testing.TB, url string, change ...func(*binarycache.Options)) *binarycache.Cache {
	t.Helper()
	client, err := transfer.New(transfer.Options{Concurrency: 16})
	if err != nil {
		t.Fatal(err)
	}
	o := binarycache.Options{Client: client, TempDir: t.TempDir()}
	for _, c := range change {
		c(&o)
	}
	c, err := binarycache.Open(url, o)
	if err != nil {
		t.Fatal(err)
	}
	return c
}

// makeNar is the NAR of a directory with one file.
func makeNar(t testing.TB, text string) []byte {
	t.Helper()
	var b bytes.Buffer
	w := nar.NewWriter(&b)
	w.WriteHeader(nar.Header{Path: ".", Type: nar.Directory})
	w.WriteHeader(nar.Header{Path: "text", Type: nar.Regular, Size: int64(len(text)), Executable: len(text)%2 == 0})
	io.WriteString(w, text)
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// addTree adds a path that a signature must vouch for.
func addTree(t testing.TB, s *store.Store, name, text string, refs ...storepath.Path) storepath.Path {
	t.Helper()
	for _, r := range refs {
		text += s.Dir().Join(r) + "\n"
	}
	b := makeNar(t, text)
	p, err := s.Dir().Output(infoOf(storepath.Path{}, b).NarHash, "out", name)
	if err == nil {
		info := infoOf(p, b)
		info.References = refs
		err = s.Import(t.Context(), info, bytes.NewReader(b))
	}
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// infoOf describes p, whose NAR is b.
func infoOf(p storepath.Path, b []byte) narinfo.Info {
	sum := nixhash.NewHasher(nixhash.SHA256)
	sum.Write(b)
	return narinfo.Info{Path: p, NarHash: sum.Sum(), NarSize: int64(len(b))}
}

// closure adds n paths, each of which refers to two before it, and a text; the
// last refers to all of them.
func closure(t testing.TB, s *store.Store, n, size int) storepath.Path {
	t.Helper()
	src, err := s.AddText(t.Context(), "src", []byte("a source"), nil)
	if err != nil {
		t.Fatal(err)
	}
	all := []storepath.Path{src.Path}
	for i := range n {
		refs := []storepath.Path{all[i/2]}
		if i%3 == 0 && i/3 != i/2 {
			refs = append(refs, all[i/3])
		}
		all = append(all, addTree(t, s, fmt.Sprintf("tree-%d", i), strings.Repeat(fmt.Sprintf("text %d\n", i), size/8), refs...))
	}
	return addTree(t, s, "last", "last", all...)
}

func key(t testing.TB) narinfo.SecretKey {
	t.Helper()
	k, err := narinfo.GenerateKey("test-1", rand.NewChaCha8([32]byte{7}))
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// serve serves a store and returns its URL.
func serve(t testing.TB, s *store.Store, o binarycache.ServerOptions) string {
	t.Helper()
	o.Failed = func(err error) { t.Log("the server:", err) }
	h, err := binarycache.NewServer(s, o)
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	return server.URL
}

// nix runs a program of Nix with a home and settings of its own.
func nix(t testing.TB, argv ...string) (string, error) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), argv[0], argv[1:]...)
	cmd.Env = append(os.Environ(), "HOME="+t.TempDir(), "NIX_CONF_DIR=/nonexistent",
		"NIX_CONFIG=experimental-features = nix-command\nbuild-users-group =\ntrusted-public-keys = "+key(t).Public().String()+"\nsubstituters =")
	out, err := cmd.Output()
	var exit *exec.ExitError
	if errors.As(err, &exit) {
		err = fmt.Errorf("%q: %w: %s", argv, err, exit.Stderr)
	}
	return strings.TrimSpace(string(out)), err
}

func mustNix(t testing.TB, argv ...string) string {
	t.Helper()
	out, err := nix(t, argv...)
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// same checks that the store at root is whole by Nix's standards, and has as
// many paths as s.
func same(t testing.TB, s *store.Store, root string) {
	t.Helper()
	mustNix(t, "nix-store", "--store", root, "--verify", "--check-contents")
	want, err := s.List(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got, err := open(t, root).List(t.Context())
	if err != nil || len(got) != len(want) {
		t.Fatalf("%d paths, the source has %d; %v", len(got), len(want), err)
	}
	for i := range got {
		if got[i].Path != want[i].Path || got[i].NarHash != want[i].NarHash || got[i].CA != want[i].CA || len(got[i].References) != len(want[i].References) {
			t.Errorf("%+v, in the source %+v", got[i], want[i])
		}
	}
}

// fileServer serves a directory.
func fileServer(t testing.TB, dir string) string {
	t.Helper()
	s := httptest.NewServer(http.FileServer(http.Dir(dir)))
	t.Cleanup(s.Close)
	return s.URL
}

func join(p storepath.Path) string { return storepath.Default.Join(p) }

func cacheDir(t testing.TB) string { return filepath.Join(t.TempDir(), "cache") }
