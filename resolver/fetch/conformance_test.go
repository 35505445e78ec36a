package fetch

import (
	"encoding/json"
	"errors"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"sync"
	"testing"
	"time"

	"devenv/resolver/flakeref"
	"devenv/store"
	"devenv/transfer"
)

// testdata/nix-2.34.8.jsonl is what `nix flake metadata --json` of Nix 2.34.8
// says of each reference, ROOT being the directory that
//
//	go test -run AsNix -site DIR
//
// makes: what is locked, and the store path; or that it is refused. Each was
// asked with an empty cache, because Nix takes a work tree for its commit once
// it has seen that.
var siteDir = flag.String("site", "", "make the directory of things to fetch there, for Nix, and stop")

type golden struct {
	Ref     string
	Locked  flakeref.Attrs
	Path    string
	Refused bool
}

func goldens(t *testing.T, file string) []golden {
	data, err := os.ReadFile("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	var all []golden
	for line := range strings.Lines(string(data)) {
		var g golden
		if err := json.Unmarshal([]byte(line), &g); err != nil {
			t.Fatal(err)
		}
		for name, v := range g.Locked {
			if n, ok := v.(float64); ok {
				g.Locked[name] = int64(n)
			}
		}
		all = append(all, g)
	}
	if len(all) < 25 {
		t.Fatalf("only %d lines", len(all))
	}
	return all
}

// world is a store, a cache and a fetcher.
type world struct {
	*site
	*Fetcher
	store *store.Store

	mu      sync.Mutex
	notices []string
}

func newWorld(t testing.TB, s *site, change ...func(*Options)) *world {
	dir := t.TempDir()
	st, err := store.Open(t.Context(), store.Options{URL: filepath.Join(dir, "store")})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { st.Close() })
	client, err := transfer.New(transfer.Options{Retries: -1})
	if err != nil {
		t.Fatal(err)
	}
	w := &world{site: s, store: st}
	o := Options{
		Client: client, Store: st, CacheDir: filepath.Join(dir, "cache"), Environ: gitEnv(), TTL: time.Hour,
		Notice: func(text string) {
			w.mu.Lock()
			defer w.mu.Unlock()
			w.notices = append(w.notices, text)
		},
	}
	for _, c := range change {
		c(&o)
	}
	w.Fetcher = New(o)
	return w
}

func (w *world) ref(text string) flakeref.Ref {
	w.t.Helper()
	ref, err := flakeref.Parse(strings.ReplaceAll(text, "ROOT", w.root), flakeref.Options{})
	w.check(err)
	return ref
}

func TestAsNix(t *testing.T) {
	s := newSite(t)
	if *siteDir != "" {
		s.root = *siteDir
		s.build()
		return
	}
	s.build()
	w := newWorld(t, s)
	w.agrees("nix-2.34.8.jsonl")
}

// The same of Nix 2.34.8 on the loopback that server_test.go makes.
func TestAsNixOverTheNet(t *testing.T) {
	s := newSite(t)
	s.history()
	s.withSubmodules()
	n := newInternet(t, s)
	n.answers(n.files)
	newWorld(t, s, n.use).agrees("nix-2.34.8-net.jsonl")
}

// agrees fetches each reference of a golden file, puts its tree into the store,
// and fetches what is locked again.
func (w *world) agrees(file string) {
	for _, g := range goldens(w.t.(*testing.T), file) {
		w.t.(*testing.T).Run(g.Ref, func(t *testing.T) { w.agree(t, g) })
	}
}

func (w *world) agree(t *testing.T, g golden) {
	tree, err := w.Fetch(t.Context(), w.ref(g.Ref))
	if g.Refused {
		var h interface{ Hint() string }
		if !errors.As(err, &h) || h.Hint() == "" {
			t.Fatalf("%v; Nix refuses it", err)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	locked, err := tree.Locked(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	got := locked.Attrs()
	for name, v := range got {
		if text, ok := v.(string); ok {
			got[name] = strings.ReplaceAll(text, w.root, "ROOT")
		}
	}
	if !reflect.DeepEqual(got, g.Locked) {
		t.Errorf("locked\n%v\nNix has\n%v", got, g.Locked)
	}
	if p, err := tree.Realise(t.Context()); err != nil || "/nix/store/"+p.Base() != g.Path {
		t.Errorf("realised %v, %v; Nix has %s", p, err, g.Path)
	}
	again, err := w.FetchLocked(t.Context(), locked)
	if err != nil {
		t.Fatal(err)
	}
	if relocked, err := again.Locked(t.Context()); err != nil || !relocked.Equal(locked) {
		t.Errorf("locked again: %v, %v", relocked, err)
	}
}
