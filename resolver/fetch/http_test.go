package fetch

import (
	"context"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"devenv/transfer"
)

// files serves what files.example has.
func (n *internet) files(w http.ResponseWriter, r *http.Request) bool {
	if r.Host != "files.example" {
		return false
	}
	body := packed(n.t, "gz", n.site.tar(archived()))
	switch r.URL.Path {
	case "/a.tar.gz", "/redirected.tar.gz":
		w.Header().Set("ETag", `"one"`)
		if r.Header.Get("If-None-Match") == `"one"` {
			w.WriteHeader(http.StatusNotModified)
			return true
		}
	case "/latest.tar.gz":
		w.Header().Set("Link", `<https://files.example/v1.tar.gz?rev=`+forgeRev+`&revCount=7>; rel="immutable"`)
	case "/v1.tar.gz":
	case "/moved.tar.gz":
		http.Redirect(w, r, "/redirected.tar.gz", http.StatusFound)
		return true
	case "/hello.txt":
		body = []byte("hello\n")
	default:
		http.NotFound(w, r)
		return true
	}
	w.Write(body)
	return true
}

func TestTokensGoToTheirHostOnly(t *testing.T) {
	s := newSite(t)
	n := newInternet(t, s)
	tokens := map[string]string{"github.com": "general", "github.com/o": "ours", "gitlab.com": "PAT:glpat", "forge.example": "OAuth2:bearer", "git.sr.ht": "hut"}
	w := newWorld(t, s, n.use, func(o *Options) { o.Tokens = tokens })
	for ref, want := range map[string]string{
		"github:o/r":                    "GET api.github.com/repos/o/r/commits/HEAD token ours; GET api.github.com/repos/o/r/tarball/" + forgeRev + " token ours",
		"gitlab:o/r":                    "GET gitlab.com/api/v4/projects/o%2Fr/repository/commits?ref_name=HEAD Bearer glpat; GET gitlab.com/api/v4/projects/o%2Fr/repository/archive.tar.gz?sha=" + forgeRev + " Bearer glpat",
		"gitlab:o/r?host=forge.example": "GET forge.example/api/v4/projects/o%2Fr/repository/commits?ref_name=HEAD Bearer bearer; GET forge.example/api/v4/projects/o%2Fr/repository/archive.tar.gz?sha=" + forgeRev + " Bearer bearer",
		"sourcehut:~o/r":                "GET git.sr.ht/~o/r/HEAD Bearer hut; GET git.sr.ht/~o/r/info/refs Bearer hut; GET git.sr.ht/~o/r/archive/" + forgeRev + ".tar.gz Bearer hut",
	} {
		if _, err := w.Fetch(t.Context(), w.ref(ref)); err != nil {
			t.Error(err)
		}
		if got := strings.Join(n.requests(), "; "); got != want {
			t.Errorf("%s asked\n%s\nwant\n%s", ref, got, want)
		}
	}
	if _, err := w.Fetch(t.Context(), w.ref("github:x/private")); !strings.Contains(hint(err), "whether the token may read") || strings.Contains(err.Error()+hint(err), "general") {
		t.Errorf("%v\n%s", err, hint(err))
	}
}

func TestMovedRepositories(t *testing.T) {
	s := newSite(t)
	n := newInternet(t, s)
	n.answers(func(w http.ResponseWriter, r *http.Request) bool {
		switch r.Host {
		case "github.com":
			http.Redirect(w, r, "https://codeload.github.com/new/name/tar.gz/"+forgeRev, http.StatusFound)
		case "codeload.github.com":
			w.Write(s.tar(archived()))
		default:
			return false
		}
		return true
	})
	w := newWorld(t, s, n.use)
	if _, err := w.Fetch(t.Context(), w.ref("github:o/r")); err != nil || !strings.Contains(strings.Join(w.notices, ""), "write github:new/name") {
		t.Errorf("%v, %q", err, w.notices)
	}
}

func hint(err error) string {
	var h interface{ Hint() string }
	if errors.As(err, &h) {
		return h.Hint()
	}
	return ""
}

func TestNothingIsAskedTwice(t *testing.T) {
	s := newSite(t)
	n := newInternet(t, s)
	n.answers(n.files)
	now := time.Now()
	w := newWorld(t, s, n.use, func(o *Options) { o.Now = func() time.Time { return now } })
	must := func(text string) *Tree {
		t.Helper()
		tree, err := w.Fetch(t.Context(), w.ref(text))
		if err != nil {
			t.Fatal(err)
		}
		return tree
	}
	for _, text := range []string{"https://files.example/a.tar.gz", "github:o/r", "sourcehut:~o/r"} {
		must(text)
	}
	n.requests()
	for _, text := range []string{"https://files.example/a.tar.gz", "github:o/r", "sourcehut:~o/r", "github:o/r/" + forgeRev} {
		must(text)
	}
	if got := n.requests(); got != nil {
		t.Errorf("asked within the time to live: %q", got)
	}
	now = now.Add(2 * time.Hour)
	before := must("https://files.example/a.tar.gz")
	if got := n.requests(); len(got) != 1 {
		t.Errorf("asked after it: %q", got)
	}
	must("https://files.example/a.tar.gz")
	if got := n.requests(); got != nil {
		t.Errorf("not modified, and yet asked again: %q", got)
	}
	locked, err := before.Locked(t.Context())
	s.check(err)
	n.answers(func(w http.ResponseWriter, r *http.Request) bool { http.Error(w, "no", http.StatusTeapot); return true })
	if _, err := w.FetchLocked(t.Context(), locked); err != nil || n.requests() != nil {
		t.Errorf("what the store has was asked for: %v", err)
	}
}

func TestServersThatRefuse(t *testing.T) {
	s := newSite(t)
	n := newInternet(t, s)
	w := newWorld(t, s, n.use)
	for _, test := range []struct {
		ref    string
		code   int
		header string
		fact   string
		next   string
	}{
		{"github:o/private", 404, "", "does not show it to everybody", "access-tokens = github.com="},
		{"github:o/r", 401, "", "(401)", "access-tokens = github.com="},
		{"gitlab:o/r", 403, "", "(403)", "access-tokens = gitlab.com=PAT:"},
		{"github:o/r", 429, "3600", "too many requests", "in 1h0m0s"},
		{"github:o/r", 403, "7200", "(403)", "in 2h0m0s"},
		{"https://files.example/x.tar.gz", 401, "", "files.example", "netrc"},
		{"https://files.example/x.tar.gz", 500, "", "500", "later"},
		{"file+https://files.example/x", 404, "", "404", "spelling"},
	} {
		n.answers(func(w http.ResponseWriter, _ *http.Request) bool {
			if test.header != "" {
				w.Header().Set("Retry-After", test.header)
			}
			w.WriteHeader(test.code)
			return true
		})
		_, err := w.Fetch(t.Context(), w.ref(test.ref))
		var e *ForgeError
		if !errors.As(err, &e) || !strings.Contains(e.Error(), test.fact) || !strings.Contains(e.Hint(), test.next) {
			t.Errorf("%s, %d: %v\n%s", test.ref, test.code, err, hint(err))
		}
	}
}

func TestWrongContent(t *testing.T) {
	s := newSite(t)
	n := newInternet(t, s)
	n.answers(n.files)
	w := newWorld(t, s, n.use)
	const other = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	ref := w.ref("https://files.example/a.tar.gz").With("narHash", other)
	for _, fetch := range []func() (*Tree, error){
		func() (*Tree, error) { return w.Fetch(t.Context(), ref) },
		func() (*Tree, error) { return w.FetchLocked(t.Context(), ref) },
	} {
		_, err := fetch()
		var e *MismatchError
		if !errors.As(err, &e) || e.Want != other || !strings.Contains(err.Error(), e.Got) || e.Hint() == "" {
			t.Errorf("%v", err)
		}
	}
	locked := w.ref("https://files.example/latest.tar.gz").With("lastModified", int64(5)).With("narHash", other)
	if _, err := w.FetchLocked(t.Context(), locked); err == nil {
		t.Error("a wrong lock is fetched")
	}
	if _, err := w.Fetch(t.Context(), w.ref("https://files.example/hello.txt")); !strings.Contains(hint(err), "file+https") {
		t.Error(err)
	}
	for _, link := range []string{`<git+https://x/y>; rel="immutable"`, `<https://x/y z>; rel=immutable`} {
		n.answers(func(w http.ResponseWriter, r *http.Request) bool {
			w.Header().Set("Link", link)
			w.Write(s.tar(archived()))
			return true
		})
		if _, err := w.Fetch(t.Context(), w.ref("https://files.example/odd-"+link[1:2]+".tar")); err == nil && strings.HasPrefix(link, "<git") {
			t.Errorf("%s is taken", link)
		}
	}
}

func TestFiles(t *testing.T) {
	s := newSite(t)
	n := newInternet(t, s)
	n.answers(n.files)
	w := newWorld(t, s, n.use)
	s.write("", map[string]string{"hello.txt": "hello\n"})
	var hashes []string
	for _, text := range []string{"file+https://files.example/hello.txt", "file+https://files.example/hello.txt", "file+file://ROOT/hello.txt"} {
		tree, err := w.Fetch(t.Context(), w.ref(text))
		s.check(err)
		hash, err := tree.NarHash(t.Context())
		s.check(err)
		p, err := tree.Realise(t.Context())
		if err != nil {
			t.Fatal(err)
		}
		hashes = append(hashes, hash.SRI()+p.Base())
	}
	if hashes[0] != hashes[2] || hashes[0] != hashes[1] {
		t.Error(hashes)
	}
	if got := n.requests(); len(got) != 1 {
		t.Errorf("%q", got)
	}
}

func TestHostileArchives(t *testing.T) {
	s := newSite(t)
	n := newInternet(t, s)
	w := newWorld(t, s, n.use)
	for name, entries := range map[string][]entry{
		"escape":   {{name: "../x", text: "x", mode: 0o644}},
		"absolute": {{name: "/x", text: "x", mode: 0o644}},
		"through":  {{name: "t/l", link: "/tmp", mode: 0o777}, {name: "t/l/x", text: "x", mode: 0o644}},
		"twice":    {{name: "t/a", text: "x", mode: 0o644}, {name: "t/a", text: "y", mode: 0o644}},
	} {
		n.answers(func(w http.ResponseWriter, _ *http.Request) bool { w.Write(s.tar(entries)); return true })
		if _, err := w.Fetch(t.Context(), w.ref("https://files.example/"+name+".tar")); err == nil || hint(err) == "" {
			t.Errorf("%s: %v", name, err)
		}
	}
	n.answers(func(w http.ResponseWriter, _ *http.Request) bool {
		w.Write(s.tar([]entry{{name: "t/out", link: "../../etc", mode: 0o777}, {name: "t/abs", link: "/etc/passwd", mode: 0o777}}))
		return true
	})
	tree, err := w.Fetch(t.Context(), w.ref("https://files.example/links.tar"))
	if err != nil {
		t.Fatalf("links that lead out are a store's business: %v", err)
	}
	if _, err := tree.FS().Open("abs"); err == nil {
		t.Error("a link out of the tree is followed")
	}
}

func TestPasswordsStayHere(t *testing.T) {
	s := newSite(t)
	s.repo("bare.git", basic())
	n := newInternet(t, s)
	n.answers(n.files)
	w := newWorld(t, s, n.use)
	for _, text := range []string{"https://me:secret@files.example/a.tar.gz", "git+https://me:secret@git.example/bare.git/.git"} {
		tree, err := w.Fetch(t.Context(), w.ref(text))
		if err != nil {
			t.Fatal(err)
		}
		locked, err := tree.Locked(t.Context())
		if err != nil || strings.Contains(locked.String(), "secret") || !strings.Contains(locked.String(), "me@") {
			t.Errorf("%v, %v", locked, err)
		}
	}
	for _, text := range []string{
		"https://me:secret@files.example/none.tar.gz", "git+https://me:secret@git.example/none", "file+https://me:secret@files.example/none",
		"git+https://me:secret@git.example/bare.git/.git?ref=none", "https://me:secret@files.example/hello.txt",
	} {
		_, err := w.Fetch(t.Context(), w.ref(text))
		if err == nil || strings.Contains(err.Error()+hint(err), "secret") {
			t.Errorf("%s: %v\n%s", text, err, hint(err))
		}
	}
	if strings.Contains(strings.Join(w.notices, " "), "secret") {
		t.Error(w.notices)
	}
	s.mustNotHold(w.opt.CacheDir, "secret")
}

func TestOffline(t *testing.T) {
	s := newSite(t)
	s.repo("repo", basic())
	n := newInternet(t, s)
	now := time.Now()
	w := newWorld(t, s, n.use, func(o *Options) { o.Now = func() time.Time { return now } })
	const text = "git+https://git.example/repo/.git"
	first, err := w.Fetch(t.Context(), w.ref(text))
	s.check(err)
	n.proxy.Close()
	now = now.Add(2 * time.Hour)
	again, err := w.Fetch(t.Context(), w.ref(text))
	if err != nil || again.Rev() != first.Rev() || len(w.notices) == 0 {
		t.Errorf("%v, %q", err, w.notices)
	}
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := w.Fetch(ctx, w.ref(text+"?ref=other")); !errors.Is(err, context.Canceled) {
		t.Error(err)
	}
	var connect *transfer.ConnectError
	if _, err := w.Fetch(t.Context(), w.ref("github:o/new")); !errors.As(err, &connect) {
		t.Error(err)
	}
}
