package fetch

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"testing/fstest"
)

func TestUntrackedFiles(t *testing.T) {
	s := newSite(t)
	s.repo("re po", basic())
	s.write("re po", map[string]string{"new/it's": "x", "ignored": "y"})
	w := newWorld(t, s)
	tree, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/re%20po"))
	s.check(err)
	err = tree.Check("new/it's")
	var e *UntrackedError
	if !errors.As(err, &e) || !errors.Is(err, fs.ErrNotExist) {
		t.Fatal(err)
	}
	if want := "git -C '" + s.path("re po") + `' add -N -- 'new/it'\''s'`; e.Hint() != want {
		t.Errorf("%s\nwant %s", e.Hint(), want)
	}
	if _, err := tree.FS().Open("new/it's"); !errors.As(err, &e) {
		t.Error(err)
	}
	for name, want := range map[string]error{
		"README": nil, "sub": nil, "sub/deep/file": nil, "link": nil, "dangling": nil, ".": nil,
		"nothing": fs.ErrNotExist, "new": fs.ErrNotExist, ".git": fs.ErrNotExist, "../x": fs.ErrInvalid, "/etc": fs.ErrInvalid,
	} {
		if err := tree.Check(name); !errors.Is(err, want) || want == nil && err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}

	s.git("re po", "rm", "-q", "--cached", "README")
	all := newWorld(t, s, func(o *Options) { o.Untracked = true })
	tree, err = all.Fetch(t.Context(), w.ref("git+file://ROOT/re%20po"))
	s.check(err)
	if tree.Check("README") != nil || tree.Check("new/it's") != nil || tree.Check("ignored") == nil || tree.Rev() != "" || tree.DirtyRev() == "" {
		t.Errorf("%v %v", tree.Files.Names(), tree.Ref())
	}
}

// A merge that is not done yet, as Nix has it: what is there belongs to the tree.
func TestConflicts(t *testing.T) {
	s := newSite(t)
	s.repo("repo", basic())
	s.git("repo", "checkout", "-q", "-b", "other")
	s.write("repo", map[string]string{"README": "theirs\n", "empty": "theirs\n"})
	s.commit("repo", "theirs")
	s.git("repo", "checkout", "-q", "main")
	s.write("repo", map[string]string{"README": "ours\n"})
	s.git("repo", "rm", "-q", "empty")
	s.commit("repo", "ours")
	cmd := exec.Command("git", "merge", "-q", "other")
	cmd.Dir, cmd.Env = s.path("repo"), gitEnv()
	if out, err := cmd.CombinedOutput(); err == nil {
		t.Fatalf("no conflict: %s", out)
	}
	w := newWorld(t, s)
	tree, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/repo"))
	s.check(err)
	hash, err := tree.NarHash(t.Context())
	s.check(err)
	if err := errors.Join(tree.Check("README"), tree.Check("empty")); err != nil || tree.DirtyRev() == "" || hash.SRI() != conflictHash {
		t.Errorf("%v, %v, %s", err, tree.Ref(), hash.SRI())
	}
}

// conflictHash is the narHash that Nix 2.34.8 gives that tree.
const conflictHash = "sha256-vGO8nE4WTa5hO5DdteoVnBORaPaMVs8hRuG9heHcNAE="

func TestView(t *testing.T) {
	s := newSite(t)
	files := basic()
	delete(files, "dangling@")
	files["a-b"], files["a/c"], files["a0"] = "1", "2", "3"
	s.repo("repo", files)
	s.write("repo", map[string]string{"untracked": "x", "sub/untracked": "x", "empty dir/x": "x"})
	s.write("", map[string]string{"secret": "x"})
	s.write("repo", map[string]string{"out@": "../secret", "abs@": s.path("secret"), "loop@": "loop", "hidden@": "untracked"})
	s.git("repo", "add", "out", "abs", "loop", "hidden")
	w := newWorld(t, s)
	tree, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/repo"))
	s.check(err)
	for _, name := range []string{"out", "abs", "loop", "hidden"} {
		if f, err := tree.FS().Open(name); err == nil {
			t.Errorf("%s is opened: %v", name, f)
		}
		if _, err := fs.ReadLink(tree.FS(), name); err != nil {
			t.Error(err)
		}
	}
	root, err := fs.ReadDir(tree.FS(), ".")
	s.check(err)
	var names []string
	for _, e := range root {
		names = append(names, e.Name())
	}
	if want := ".gitignore README a a-b a0 abs bin empty flake.nix hidden link loop na me out sub"; strings.Join(names, " ") != want {
		t.Errorf("%q", names)
	}
	s.git("repo", "rm", "-q", "-f", "--cached", "out", "abs", "loop", "hidden")
	tree, err = w.Fetch(t.Context(), w.ref("git+file://ROOT/repo"))
	s.check(err)
	if err := fstest.TestFS(tree.FS(), "README", "sub/deep/file", "a/c", "a-b", "link"); err != nil {
		t.Error(err)
	}
}

func TestSignatures(t *testing.T) {
	s := newSite(t)
	s.repo("repo", basic())
	s.keygen("ours")
	s.keygen("theirs")
	s.git("repo", "config", "gpg.format", "ssh")
	s.git("repo", "config", "user.signingKey", s.path("ours"))
	unsigned := s.git("repo", "rev-parse", "HEAD")
	s.git("repo", "commit", "-q", "--allow-empty", "-S", "-m", "signed")
	key := func(name string) string {
		data, err := os.ReadFile(s.path(name + ".pub"))
		s.check(err)
		return strings.Fields(string(data))[1]
	}
	w := newWorld(t, s)
	for _, test := range []struct{ query, key, problem string }{
		{"?ref=main", "ours", ""},
		{"", "ours", ""},
		{"?ref=main", "theirs", "not signed by a key"},
		{"?rev=" + unsigned, "ours", "not signed by a key"},
	} {
		ref := w.ref("git+file://ROOT/repo"+test.query).With("publicKey", key(test.key)).With("keytype", "ssh-ed25519")
		_, err := w.Fetch(t.Context(), ref)
		if (err == nil) != (test.problem == "") || err != nil && (!strings.Contains(err.Error(), test.problem) || hint(err) == "") {
			t.Errorf("%s by %s: %v", test.query, test.key, err)
		}
	}
	s.write("repo", map[string]string{"README": "changed"})
	if _, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/repo").With("verifyCommit", true)); !strings.Contains(hint(err), "commit -S") {
		t.Error(err)
	}
	ref := w.ref("git+file://ROOT/repo?ref=main").With("publicKey", key("ours")).With("keytype", "pgp")
	if _, err := w.Fetch(t.Context(), ref); !strings.Contains(hint(err), "ssh-ed25519") {
		t.Error(err)
	}
}

// A program of that name stands in for git-lfs, which gets a pointer and
// writes what it points to.
func TestLargeFiles(t *testing.T) {
	s := newSite(t)
	pointer := pointerBegin + "oid sha256:0123\nsize 5\n"
	s.repo("repo", map[string]string{"flake.nix": flakeNix, "big": pointer, "small": "version 2\n"})
	w := newWorld(t, s)
	read := func(tree *Tree, name string) string {
		data, err := fs.ReadFile(tree.FS(), name)
		s.check(err)
		return string(data)
	}
	tree, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/repo?ref=main"))
	s.check(err)
	if got := read(tree, "big"); got != pointer {
		t.Errorf("%q", got)
	}
	if _, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/repo?ref=main&lfs=1")); !strings.Contains(hint(err), "git-lfs") {
		t.Errorf("%v", err)
	}
	s.write("bin", map[string]string{"git-lfs*": "#!/bin/sh\n[ \"$1\" = smudge ] && grep -q oid && echo \"large $3\"\n"})
	w = newWorld(t, s, func(o *Options) {
		o.Environ = append(o.Environ, "PATH="+s.path("bin")+":"+os.Getenv("PATH"))
	})
	tree, err = w.Fetch(t.Context(), w.ref("git+file://ROOT/repo?ref=main&lfs=1"))
	s.check(err)
	if read(tree, "big") != "large big\n" || read(tree, "small") != "version 2\n" {
		t.Errorf("%q %q", read(tree, "big"), read(tree, "small"))
	}
}

// What nobody can make with git add.
func TestHostileTrees(t *testing.T) {
	s := newSite(t)
	s.repo("repo", basic())
	blob := s.git("repo", "hash-object", "-w", "README")
	link := s.hashed("repo", "blob", "/tmp")
	inner := s.hashed("repo", "tree", "100644 x\x00"+raw(blob))
	for name, tree := range map[string]string{
		"up":      "100644 ../escaped\x00" + raw(blob),
		"dots":    "40000 ..\x00" + raw(inner),
		"through": "120000 l\x00" + raw(link) + "40000 l\x00" + raw(inner),
		"twice":   "100644 a\x00" + raw(blob) + "100644 a\x00" + raw(blob),
		"missing": "100644 a\x00" + strings.Repeat("\x01", 20),
	} {
		id := s.hashed("repo", "tree", tree)
		commit := s.git("repo", "commit-tree", "-m", name, id)
		w := newWorld(t, s)
		if _, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/repo?rev="+commit)); err == nil {
			t.Errorf("%s is fetched", name)
		}
		if _, err := os.Lstat(filepath.Join(w.store.Describe().Trees, "escaped")); err == nil {
			t.Errorf("%s escaped", name)
		}
	}
	if _, err := os.Lstat("/tmp/x"); err == nil {
		t.Error("written through a link")
	}
}

func TestManyAtOnce(t *testing.T) {
	s := newSite(t)
	s.repo("repo", basic())
	s.git(".", "clone", "-q", "--bare", "repo", "bare.git")
	w := newWorld(t, s)
	again := New(w.opt) // as another process
	var all sync.WaitGroup
	for i := range 6 {
		all.Go(func() {
			tree, err := []*Fetcher{w.Fetcher, again}[i%2].Fetch(t.Context(), w.ref("git+file://ROOT/bare.git"))
			if err != nil {
				t.Error(err)
				return
			}
			if _, err := tree.Locked(t.Context()); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
}

func TestBranchesMove(t *testing.T) {
	s := newSite(t)
	s.repo("repo", basic())
	s.git(".", "clone", "-q", "--bare", "repo", "bare.git")
	w := newWorld(t, s, func(o *Options) { o.TTL = 0 })
	first, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/bare.git"))
	s.check(err)
	s.write("repo", map[string]string{"README": "rewritten\n"})
	s.git("repo", "commit", "-qa", "--amend", "-m", "other")
	s.git("repo", "push", "-qf", "../bare.git", "main")
	second, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/bare.git"))
	s.check(err)
	if first.Rev() == second.Rev() {
		t.Error("a branch that was rewritten stays where it was")
	}
	for text, next := range map[string]string{
		"git+file://ROOT/bare.git?ref=v1":   "ref=refs/tags/v1",
		"git+file://ROOT/repo?ref=v1":       "git ls-remote",
		"git+file://ROOT/nowhere":           "check the path",
		"git+file:repo":                     "absolute path",
		"git+https://user:pw@localhost:1/x": "network",
		"git+ext://sh":                      "git",
		"path:relative":                     "absolute path",
		"nixpkgs":                           "registry add nixpkgs",
		"file://ROOT/repo":                  "git+file://",
		"git+file://ROOT/repo?rev=" + strings.Repeat("b", 40):                                 "fetch --all",
		"git+file://ROOT/repo?exportIgnore=1&submodules=1":                                    "leave one",
		"git+file://ROOT/bare.git?ref=main&rev=" + "c0ffee0000000000000000000000000000000000": "",
	} {
		_, err := w.Fetch(t.Context(), w.ref(text))
		if err == nil || hint(err) == "" || !strings.Contains(hint(err), next) || strings.Contains(err.Error()+hint(err), "pw@") {
			t.Errorf("%s: %v\n%s", text, err, hint(err))
		}
	}
	dirty := newWorld(t, s, func(o *Options) { o.NoDirty = true })
	s.write("repo", map[string]string{"README": "x"})
	if _, err := dirty.Fetch(t.Context(), w.ref("git+file://ROOT/repo")); !strings.Contains(hint(err), "allow-dirty") {
		t.Error(err)
	}
}

func TestHooksOfRepositoriesDoNotRun(t *testing.T) {
	s := newSite(t)
	s.repo("repo", basic())
	s.write("evil", map[string]string{"run*": "#!/bin/sh\ntouch " + s.path("ran") + "\n"})
	s.git("repo", "config", "core.fsmonitor", s.path("evil/run"))
	s.git("repo", "config", "core.hooksPath", s.path("evil"))
	w := newWorld(t, s)
	tree, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/repo"))
	s.check(err)
	if _, err := tree.Locked(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(s.path("ran")); err == nil {
		t.Error("the repository's own program was run")
	}
}

// A process that was killed leaves locks, half a repository, half a file.
func TestAfterAKill(t *testing.T) {
	s := newSite(t)
	s.repo("repo", basic())
	s.git(".", "clone", "-q", "--bare", "repo", "bare.git")
	w := newWorld(t, s, func(o *Options) { o.TTL = 0 })
	ref := w.ref("git+file://ROOT/bare.git")
	dir := w.remote(ref).dir
	s.check(os.MkdirAll(dir+".new/refs", 0o755))
	if _, err := w.Fetch(t.Context(), ref); err != nil {
		t.Fatal(err)
	}
	s.write("repo", map[string]string{"README": "more\n"})
	rev := s.commit("repo", "more")
	s.git("repo", "push", "-q", "../bare.git", "main")
	for _, name := range []string{"refs/devenv/refs/heads/main.lock", "packed-refs.lock", "shallow.lock", "config.lock"} {
		s.check(os.WriteFile(filepath.Join(dir, name), nil, 0o644))
	}
	tree, err := w.Fetch(t.Context(), ref)
	if err != nil || tree.Rev() != rev {
		t.Errorf("%v, %v", tree, err)
	}
	shallow := w.ref("git+file://ROOT/bare.git?shallow=1")
	if _, err := w.Fetch(t.Context(), shallow); err != nil {
		t.Error(err)
	}
	s.check(os.WriteFile(filepath.Join(w.remote(shallow).dir, "shallow.lock"), nil, 0o644))
	if _, err := w.Fetch(t.Context(), shallow); err != nil {
		t.Error(err)
	}
	s.check(filepath.WalkDir(filepath.Join(w.opt.CacheDir, "notes"), func(name string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() {
			err = os.WriteFile(name, []byte("{\"rev\":"), 0o600)
		}
		return err
	}))
	if _, err := w.Fetch(t.Context(), ref); err != nil {
		t.Error(err)
	}
}

func TestAddressesForGit(t *testing.T) {
	for address, want := range map[string]string{
		"https://h/r?dir=x": "https://h/r", "https://h/r?a=b&dir=x&c=d": "https://h/r?a=b&c=d",
		"file:///r?a=b": "file:///r", "ssh://git@h/r": "ssh://git@h/r",
	} {
		if got := wireURL(address); got != want {
			t.Errorf("%s: %s", address, got)
		}
	}
	s := newSite(t)
	s.repo("re po", basic())
	s.git(".", "clone", "-q", "--bare", "re po", "ba re%20.git")
	w := newWorld(t, s)
	tree, err := w.Fetch(t.Context(), w.ref("git+file://ROOT/ba%20re%2520.git?foo=bar"))
	if err != nil {
		t.Fatal(err)
	}
	if err := tree.Check("README"); err != nil {
		t.Error(err)
	}
}

func TestGitEnviron(t *testing.T) {
	got := gitEnviron([]string{"HOME=/h", "GIT_DIR=/x", "GIT_SSH_COMMAND=ssh -i k", "LC_ALL=de_DE"})
	if !slices.Contains(got, "GIT_SSH_COMMAND=ssh -i k") || slices.Contains(got, "GIT_DIR=/x") || slices.Contains(got, "LC_ALL=de_DE") {
		t.Error(got)
	}
}
