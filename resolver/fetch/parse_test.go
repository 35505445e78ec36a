package fetch

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

func TestTokens(t *testing.T) {
	got := Tokens([]string{"github.com=a", "gitlab.com=PAT:b=c", "x", "=y", "z=", "h/o/=d"})
	if want := map[string]string{"github.com": "a", "gitlab.com": "PAT:b=c", "h/o": "d"}; !reflect.DeepEqual(got, want) {
		t.Errorf("%v", got)
	}
}

func TestImmutable(t *testing.T) {
	from, err := url.Parse("https://h/a/b")
	if err != nil {
		t.Fatal(err)
	}
	for link, want := range map[string]string{
		`<https://h/c>; rel="immutable"`:                            "https://h/c",
		`<c?rev=x>; rel=immutable`:                                  "https://h/a/c?rev=x",
		`<https://h/n>; rel="next", <https://h/c>; rel="immutable"`: "https://h/c",
		`<https://h/c>; title="x"; rel="immutable"`:                 "https://h/c",
		`<https://h/c>; rel="next"`:                                 "",
		`https://h/c; rel="immutable"`:                              "",
		`<https://h/c`:                                              "",
		``:                                                          "",
	} {
		if got := immutable(from, http.Header{"Link": {link}}); got != want {
			t.Errorf("%s: %s, want %s", link, got, want)
		}
	}
}

func FuzzImmutable(f *testing.F) {
	f.Add(`<https://h/c>; rel="immutable", <x>; rel=immutable`)
	f.Fuzz(func(t *testing.T, link string) {
		got := immutable(&url.URL{Scheme: "https", Host: "h"}, http.Header{"Link": {link}})
		if _, err := url.Parse(got); err != nil {
			t.Error(err)
		}
	})
}

func FuzzStatus(f *testing.F) {
	f.Add("H 100644 0123 0\ta/b", "1 .M N... 100644 100644 100644 0 0 a/b")
	f.Add("S 100644 0123 0\tgone", "u DU N... 1 2 3 4 5 6 7 x y")
	f.Add("H 160000 0123 0\tsub", "# branch.oid (initial)")
	f.Fuzz(func(t *testing.T, entry, line string) {
		s := &status{gone: map[string]bool{}}
		_ = s.addIndexEntry("/nowhere", entry)
		s.addChange("/nowhere", line)
		s.tracked()
	})
}

func TestFilesAreASet(t *testing.T) {
	f := newFiles([]string{"b/c", "a/x", "a-b", "b/c", "a0", "a/y/z", "ab"})
	for dir, want := range map[string]string{".": "a a-b a0 ab b", "a": "x y", "a/y": "z", "b": "c"} {
		got, ok := f.entries(dir)
		if !ok || strings.Join(got, " ") != want {
			t.Errorf("%s: %q", dir, got)
		}
	}
	for _, name := range []string{"a-", "a/", "a/y/", "c", "a/x/q", ""} {
		if name = filepath.ToSlash(name); f.Has(name) != (name == "a/" || name == "a/y/" || name == "") {
			t.Errorf("%q: %v", name, f.Has(name))
		}
	}
	if _, ok := f.entries("a-b"); ok {
		t.Error("a file has entries")
	}
}

func TestRegistry(t *testing.T) {
	s := newSite(t)
	n := newInternet(t, s)
	const text = `{"version":2,"flakes":[{"from":{"type":"indirect","id":"x"},"to":{"type":"path","path":"/y"}}]}`
	n.answers(func(w http.ResponseWriter, _ *http.Request) bool { w.Write([]byte(text)); return true })
	w := newWorld(t, s, n.use)
	s.check(os.WriteFile(s.path("registry.json"), []byte(text), 0o644))
	for _, address := range []string{"https://files.example/registry.json", s.path("registry.json")} {
		r, err := w.Registry(t.Context(), address)
		if err != nil || len(r.Entries) != 1 {
			t.Errorf("%s: %v", address, err)
		}
	}
	if _, err := w.Registry(t.Context(), s.path("none")); err == nil {
		t.Error("there is none")
	}
}

func TestPathsOfTheStoreStay(t *testing.T) {
	s := newSite(t)
	s.write("plain", basic())
	s.check(os.MkdirAll(s.path("plain/hollow"), 0o755)) // an empty directory counts
	w := newWorld(t, s)
	tree, err := w.Fetch(t.Context(), w.ref("path:ROOT/plain"))
	s.check(err)
	p, err := tree.Realise(t.Context())
	s.check(err)
	again, err := w.Fetch(t.Context(), w.ref("path:/nix/store/"+p.Base()))
	s.check(err)
	if when, _, _ := again.LastModified(t.Context()); again.Real != w.store.Real(p) || when != 0 {
		t.Errorf("%s, %d", again.Real, when)
	}
	s.write("plain", map[string]string{"more": "x"})
	if q, err := tree.Realise(t.Context()); err != nil || q != p {
		t.Errorf("%v, %v", q, err) // it is what it was
	}
	changed, err := w.Fetch(t.Context(), w.ref("path:ROOT/plain"))
	s.check(err)
	hash, err := changed.NarHash(t.Context())
	s.check(err)
	s.write("plain", map[string]string{"more": "changed since"})
	if q, err := changed.Realise(t.Context()); err == nil {
		t.Errorf("%v with hash %v holds something else", q, hash)
	}
}
