package flakeref

import (
	"errors"
	"os"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
)

// tree makes empty files below a new directory, and directories of names that
// end with a slash.
func tree(t *testing.T, names ...string) string {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	for _, name := range names {
		file := root + "/" + name
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if !strings.HasSuffix(name, "/") {
			if err := os.WriteFile(file, nil, 0o644); err != nil {
				t.Fatal(err)
			}
		}
	}
	return root
}

// What paths stand for: as `nix flake metadata` of Nix 2.34.8 has it for
// repositories that are laid out like these.
func TestPaths(t *testing.T) {
	root := tree(t, "plain/flake.nix", "plain/deep/er/", "repo/.git/HEAD", "repo/flake.nix", "repo/sub/flake.nix", "repo/sub/dir/",
		"empty/.git/HEAD", "empty/dir/", "shallow/.git/shallow", "shallow/flake.nix", "worktree/.git", "worktree/flake.nix", "sp ace/flake.nix")
	if err := os.Symlink("repo/sub", filepath.Join(root, "link")); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct{ base, text, want string }{
		{"plain", ".", "path:ROOT/plain"},
		{"plain", "", "path:ROOT/plain"},
		{"plain", "./flake.nix", "path:ROOT/plain"},
		{"plain/deep/er", ".", "path:ROOT/plain"},
		{"plain/deep/er", "..", "path:ROOT/plain"},
		{"plain", "./deep/../", "path:ROOT/plain"},
		{"", "sp ace", "path:ROOT/sp%20ace"},
		{"", "ROOT/plain", "path:ROOT/plain"},
		{"", "path:plain", "path:ROOT/plain"},
		{"", "git+file:repo?ref=x", "git+file:ROOT/repo?ref=x"},
		{"repo", ".", "git+file://ROOT/repo"},
		{"repo", "./.?ref=x", "git+file://ROOT/repo?ref=x"},
		{"repo/sub", ".", "git+file://ROOT/repo?dir=sub"},
		{"repo/sub/dir", ".", "git+file://ROOT/repo?dir=sub"},
		{"repo", "./sub", "git+file://ROOT/repo?dir=sub"},
		{"repo", "path:./sub", "path:ROOT/repo/sub"},
		{"", "./link", "git+file://ROOT/repo?dir=sub"},
		{"shallow", ".", "git+file://ROOT/shallow?shallow=1"},
		{"worktree", ".", "git+file://ROOT/worktree"},
		{"repo/sub", ".?dir=x", "!one or the other"},
		{"empty/dir", ".", "!devenv flake init"},
		{"", "./nowhere", "!github:owner/repo"},
		{"", "github:a", "!references look like"},
		{"", "./plain/flake.nix/x", "!"},
	} {
		ref, err := Parse(strings.ReplaceAll(test.text, "ROOT", root), Options{Base: filepath.Join(root, test.base), FS: OS{}})
		if problem, ok := strings.CutPrefix(test.want, "!"); ok {
			var e *Error
			if err == nil || errors.As(err, &e) && !strings.Contains(e.Hint(), problem) {
				t.Errorf("%s in %s: %v, %v", test.text, test.base, ref, err)
			}
		} else if want := strings.ReplaceAll(test.want, "ROOT", root); err != nil || ref.String() != want {
			t.Errorf("%s in %s: %v, %v\nwant %s", test.text, test.base, ref, err, want)
		}
	}
}

func TestMissingFlakesAndFiles(t *testing.T) {
	root := tree(t, "empty/", "file.json", "repo/.git/HEAD", "repo/file")
	for text, want := range map[string]string{
		"./empty":     "path:" + root + "/empty",
		"./repo":      "git+file://" + root + "/repo",
		"./file.json": "!",
	} {
		ref, err := Parse(text, Options{Base: root, FS: OS{}, AllowMissing: true})
		if err == nil && ref.String() != want || err != nil && want != "!" {
			t.Errorf("%s: %v, %v", text, ref, err)
		}
	}
	for text, want := range map[string]string{
		"./file.json":       "path:" + root + "/file.json",
		"./repo":            "path:" + root + "/repo",
		"https://h/a":       "file",
		"https://h/a.zip":   "tarball",
		"file+https://h/a":  "file",
		"tarball+http://h/": "tarball",
	} {
		ref, err := Parse(text, Options{Base: root, FS: OS{}, File: true})
		if err != nil || ref.String() != want && ref.Type() != want {
			t.Errorf("%s: %v, %v", text, ref, err)
		}
	}
	kept, err := Parse("./sub?dir=x", Options{KeepRelative: true})
	if dir, relative := kept.Relative(); err != nil || dir != "./sub" || !relative || kept.String() != "path:./sub?dir=x" {
		t.Errorf("%v, %v", kept, err)
	}
}

func TestInstallables(t *testing.T) {
	for text, want := range map[string]Installable{
		"nixpkgs#hello":                 {Attr: []string{"hello"}},
		"nixpkgs":                       {},
		"nixpkgs#":                      {},
		"nixpkgs#a.b.c":                 {Attr: []string{"a", "b", "c"}},
		`nixpkgs#a."b.c".d`:             {Attr: []string{"a", "b.c", "d"}},
		`nixpkgs#a.b%20c`:               {Attr: []string{"a", "b c"}},
		"nixpkgs#.packages.x":           {Attr: []string{"packages", "x"}, Exact: true},
		"nixpkgs#hello^dev,out,dev":     {Attr: []string{"hello"}, Outputs: Outputs{Names: []string{"dev", "out"}}},
		"nixpkgs#hello^*":               {Attr: []string{"hello"}, Outputs: Outputs{All: true}},
		"nixpkgs^out":                   {Outputs: Outputs{Names: []string{"out"}}},
		"github:a/b?ref=x#y":            {Attr: []string{"y"}},
		`github:a/b?ref=x#"y.z"^out`:    {Attr: []string{"y.z"}, Outputs: Outputs{Names: []string{"out"}}},
		"nixpkgs#a..b":                  {Attr: []string{"a", "", "b"}},
		"https://h/a.tar.gz?narHash=#z": {Attr: []string{"z"}},
	} {
		got, err := ParseInstallable(text, Options{})
		got.Ref = Ref{}
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
	for _, text := range []string{"nixpkgs#a^", "nixpkgs#a^b c", "nixpkgs#a^out,,dev", `nixpkgs#a."b`, "nixpkgs#a^../x", "#x", ""} {
		got, err := ParseInstallable(text, Options{})
		var e *Error
		if !errors.As(err, &e) || e.Hint() == "" {
			t.Errorf("%s: %+v, %v", text, got, err)
		}
	}
}

func TestErrorsSayWhereAndHidePasswords(t *testing.T) {
	_, err := Parse("github:a/b c", Options{})
	if got := err.Error(); !strings.Contains(got, "at 11:") || !strings.Contains(got, "%20") {
		t.Error(got)
	}
	for _, text := range []string{
		"https://me:secret@host/a b", "git+https://me:secret@host/a?ref=x..y", "ftp://me:secret@host/", "https://me:secret@host/a#b",
	} {
		_, err := Parse(text, Options{})
		if err == nil || strings.Contains(err.Error(), "secret") {
			t.Errorf("%s: %v", text, err)
		}
	}
	if got := Redact("see https://a:b@c/d and ssh://git@e:22/f?x=g@h"); got != "see https://a@c/d and ssh://git@e:22/f?x=g@h" {
		t.Error(got)
	}
}

func TestRefs(t *testing.T) {
	ref := parsed(t, "github:a/b?dir=c")
	locked := ref.With("rev", strings.Repeat("a", 40)).With("narHash", "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=")
	if ref.Locked() || !locked.Locked() || ref.Equal(locked) || ref.Rev() != "" || locked.Dir != "c" {
		t.Error(ref, locked)
	}
	old, err := FromAttrs(Attrs{"type": "git", "url": "https://h/r?a=b&dir=sub", "dir": "sub"})
	if now := parsed(t, "git+https://h/r?a=b&dir=sub"); err != nil || old.Equal(now) || !old.Canonical().Equal(now.Canonical()) || !ref.Canonical().Equal(ref) {
		t.Error(old.Canonical().Attrs(), err)
	}
	if _, err := FromAttrs(Attrs{"type": "hg", "url": "x"}); err == nil || !strings.Contains(err.Error(), "Mercurial") {
		t.Error(err)
	}
	if _, err := Parse("hg+https://h/x", Options{}); err == nil || !strings.Contains(err.Error(), "Mercurial") {
		t.Error(err)
	}
	tool, err := FromAttrs(Attrs{"type": "tool", "n": uint64(5), "ok": true})
	if _, urlErr := tool.URL(); err != nil || urlErr == nil || tool.Attrs()["n"] != int64(5) || !tool.Flag("ok") {
		t.Error(tool.Attrs(), err, urlErr)
	}
}

func FuzzParse(f *testing.F) {
	for _, g := range goldens(f, "nix-2.34.8.jsonl") {
		f.Add(g.Text)
	}
	f.Fuzz(func(t *testing.T, text string) {
		i, err := ParseInstallable(text, Options{})
		if err != nil || len(i.Ref.Rev()) == 64 { // Nix prints sha256 revisions so that nobody can read them
			return
		}
		again, err := Parse(i.Ref.String(), Options{KeepRelative: true})
		if err != nil {
			t.Fatalf("%q → %q: %v", text, i.Ref, err)
		}
		if again.String() != i.Ref.String() {
			t.Fatalf("%q → %q → %q", text, i.Ref, again)
		}
		if same, err := FromAttrs(i.Ref.Attrs()); err != nil || !same.Equal(i.Ref) {
			t.Fatalf("%q: %v, %v", text, same.Attrs(), err)
		}
	})
}
