package fetch

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/klauspost/compress/gzip"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"
	"golang.org/x/sys/unix"
)

// A site is a directory full of things to fetch, the same bytes in every run.
type site struct {
	t    testing.TB
	root string
}

const flakeNix = "{ outputs = _: { }; }\n"

// at is the time of everything, in seconds.
const at = 1700000000

func newSite(t testing.TB) *site {
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	s := &site{t: t, root: root}
	return s
}

func (s *site) path(name string) string { return filepath.Join(s.root, name) }

func (s *site) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

// write makes files; a name that ends with * is executable, one with @ a link.
func (s *site) write(dir string, files map[string]string) {
	s.t.Helper()
	for name, text := range files {
		file := filepath.Join(s.root, dir, strings.TrimRight(name, "*@"))
		s.check(os.MkdirAll(filepath.Dir(file), 0o755))
		switch name[len(name)-1] {
		case '@':
			s.check(os.Symlink(text, file))
		case '*':
			s.check(os.WriteFile(file, []byte(text), 0o755))
		default:
			s.check(os.WriteFile(file, []byte(text), 0o644))
		}
	}
}

func gitEnv() []string {
	return append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "HOME=/nowhere",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@b", "GIT_AUTHOR_DATE=1700000000 +0000",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@b", "GIT_COMMITTER_DATE=1700000000 +0000")
}

func (s *site) git(dir string, args ...string) string {
	s.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir, cmd.Env = s.path(dir), gitEnv()
	out, err := cmd.CombinedOutput()
	if err != nil {
		s.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
	return strings.TrimSpace(string(out))
}

// repo makes a repository of one commit.
func (s *site) repo(name string, files map[string]string) {
	s.t.Helper()
	s.check(os.MkdirAll(s.path(name), 0o755))
	s.git(name, "init", "-q")
	s.write(name, files)
	s.commit(name, "first")
}

func (s *site) commit(name, message string) string {
	s.t.Helper()
	s.git(name, "add", "-A")
	s.git(name, "commit", "-q", "--allow-empty", "-m", message)
	return s.git(name, "rev-parse", "HEAD")
}

// basic is a tree with one of each.
func basic() map[string]string {
	return map[string]string{
		"flake.nix": flakeNix, "README": "hello\n", "bin/run*": "#!/bin/sh\n", "link@": "README", "dangling@": "../outside",
		"sub/flake.nix": flakeNix, "sub/deep/file": "deep\n", ".gitignore": "ignored\n", "ignored": "not there\n", "empty": "", "na me/ü": "x",
	}
}

// build makes everything.
func (s *site) build() {
	s.repo("clean", basic())
	s.repo("untracked", basic())
	s.write("untracked", map[string]string{"new": "not added\n"})
	s.repo("modified", basic())
	s.write("modified", map[string]string{"README": "changed\n"})
	s.repo("staged", basic())
	s.write("staged", map[string]string{"new/file": "added\n"})
	s.git("staged", "add", "new")
	s.repo("intent", basic())
	s.write("intent", map[string]string{"new": "intended\n"})
	s.git("intent", "add", "-N", "new")
	s.repo("deleted", basic())
	s.check(os.Remove(s.path("deleted/README")))
	s.repo("removed", basic())
	s.git("removed", "rm", "-q", "--cached", "README")
	s.repo("chmod", basic())
	s.check(os.Chmod(s.path("chmod/README"), 0o755))
	s.repo("typechange", basic())
	s.check(os.Remove(s.path("typechange/README")))
	s.write("typechange", map[string]string{"README@": "flake.nix"})
	s.repo("nofilemode", basic())
	s.git("nofilemode", "config", "core.fileMode", "false")
	s.check(os.Chmod(s.path("nofilemode/README"), 0o755))
	s.repo("renamed", basic())
	s.git("renamed", "mv", "README", "LIESMICH")
	s.repo("dirreplaced", basic())
	s.check(os.RemoveAll(s.path("dirreplaced/sub/deep")))
	s.write("dirreplaced", map[string]string{"sub/deep": "now a file\n"})

	s.history()
	s.unusual()
	s.withSubmodules()
	s.archives()
	s.write("plain", basic())
	s.check(filepath.WalkDir(s.path("plain"), func(path string, d os.DirEntry, err error) error {
		when := time.Unix(at, 0)
		if filepath.Base(path) == "deep" {
			when = time.Unix(at+5, 0)
		}
		stamp := unix.NsecToTimeval(when.UnixNano())
		return unix.Lutimes(path, []unix.Timeval{stamp, stamp})
	}))
}

func (s *site) history() {
	s.repo("history", basic())
	s.git("history", "tag", "v1")
	s.git("history", "tag", "-a", "-m", "two", "v2")
	s.git("history", "checkout", "-q", "-b", "side/branch")
	s.write("history", map[string]string{"side": "1\n"})
	s.commit("history", "side")
	s.git("history", "checkout", "-q", "main")
	s.write("history", map[string]string{"README": "main\n"})
	s.commit("history", "main")
	s.git("history", "merge", "-q", "--no-ff", "-m", "merge", "side/branch")
	s.git("history", "checkout", "-q", "-b", "gone")
	s.write("history", map[string]string{"gone": "1\n"})
	s.commit("history", "gone")
	s.git("history", "checkout", "-q", "main")
	s.git("history", "worktree", "add", "-q", "../worktree", "side/branch")
	s.git(".", "clone", "-q", "--bare", "history", "bare.git")
	s.git(".", "clone", "-q", "--depth", "1", "file://"+s.path("history"), "shallow")
	s.git(".", "clone", "-q", "history", "detached")
	s.git("detached", "checkout", "-q", "--detach", "v1")
}

func (s *site) unusual() {
	s.repo("crlf", map[string]string{
		"flake.nix": flakeNix, ".gitattributes": "dos text eol=crlf\nunix text eol=lf\nsecret export-ignore\nprivate export-ignore\nversion export-subst\n",
		"dos": "a\nb\n", "unix": "a\nb\n", "secret": "1\n", "private/x": "1\n", "version": "$Format:%H$\n",
	})
	s.check(os.Remove(s.path("crlf/dos")))
	s.git("crlf", "checkout", "-q", "--", "dos")
	s.repo("sparse", basic())
	s.git("sparse", "sparse-checkout", "set", "sub")
	s.check(os.MkdirAll(s.path("unborn"), 0o755))
	s.git("unborn", "init", "-q")
	s.write("unborn", basic())
	s.git("unborn", "add", "-A")
	s.repo("assumed", basic())
	s.git("assumed", "update-index", "--assume-unchanged", "README")
	s.write("assumed", map[string]string{"README": "hidden\n"})
}

func (s *site) withSubmodules() {
	s.repo("leaf", map[string]string{"leaf": "1\n"})
	s.repo("inner", map[string]string{"inner": "1\n"})
	s.git("inner", "submodule", "--quiet", "add", "../leaf", "leaf")
	s.commit("inner", "leaf")
	s.repo("outer", map[string]string{"flake.nix": flakeNix})
	s.git("outer", "submodule", "--quiet", "add", "../inner", "mods/inner")
	s.git("outer", "submodule", "--quiet", "update", "--init", "--recursive")
	s.commit("outer", "inner")
	s.git(".", "clone", "-q", "outer", "outer-bare-modules")
	s.git(".", "clone", "-q", "--recurse-submodules", "outer", "outer-dirty")
	s.write("outer-dirty", map[string]string{"mods/inner/inner": "changed\n"})
	s.repo("gitlink", map[string]string{"flake.nix": flakeNix})
	s.git("gitlink", "clone", "-q", "../leaf", "leaf")
	s.git("gitlink", "add", "leaf")
	s.git("gitlink", "commit", "-q", "-m", "link")
}

// An entry of an archive: a file, a directory (name ends with a slash) or a link.
type entry struct {
	name, text, link string
	mode             int64
	when             int64
}

func archived() []entry {
	return []entry{
		{name: "top-1.0/", mode: 0o755, when: at},
		{name: "top-1.0/flake.nix", text: flakeNix, mode: 0o644, when: at + 7},
		{name: "top-1.0/run", text: "#!/bin/sh\n", mode: 0o755, when: at},
		{name: "top-1.0/link", link: "flake.nix", mode: 0o777, when: at},
		{name: "top-1.0/sub/file", text: "x\n", mode: 0o600, when: at},
	}
}

func (s *site) archives() {
	plain := s.tar(archived())
	bzipped, err := os.ReadFile("testdata/a.tar.bz2")
	s.check(err)
	s.write("arch", map[string]string{
		"a.tar": string(plain), "a.tar.gz": string(packed(s.t, "gz", plain)), "a.tar.xz": string(packed(s.t, "xz", plain)),
		"a.tar.zst": string(packed(s.t, "zst", plain)), "a.zip": string(s.zip(archived())), "noext": string(packed(s.t, "gz", plain)),
		"a.tar.bz2": string(bzipped), // of the same archive; Go has no writer
	})
	flat := archived()[1:]
	for i := range flat {
		flat[i].name = strings.TrimPrefix(flat[i].name, "top-1.0/")
	}
	s.write("arch", map[string]string{"flat.tar.gz": string(packed(s.t, "gz", s.tar(flat)))})
}

func (s *site) tar(entries []entry) []byte {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for _, e := range entries {
		h := &tar.Header{Name: e.name, Mode: e.mode, Size: int64(len(e.text)), ModTime: time.Unix(e.when, 0), Typeflag: tar.TypeReg}
		switch {
		case e.link != "":
			h.Typeflag, h.Linkname = tar.TypeSymlink, e.link
		case strings.HasSuffix(e.name, "/"):
			h.Typeflag = tar.TypeDir
		}
		s.check(w.WriteHeader(h))
		_, err := w.Write([]byte(e.text))
		s.check(err)
	}
	s.check(w.Close())
	return b.Bytes()
}

func (s *site) zip(entries []entry) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, e := range entries {
		h := &zip.FileHeader{Name: e.name, Modified: time.Unix(e.when, 0).UTC()}
		h.SetMode(os.FileMode(e.mode))
		text := e.text
		if e.link != "" {
			h.SetMode(os.ModeSymlink | 0o777)
			text = e.link
		}
		f, err := w.CreateHeader(h)
		s.check(err)
		_, err = f.Write([]byte(text))
		s.check(err)
	}
	s.check(w.Close())
	return b.Bytes()
}

func packed(t testing.TB, how string, data []byte) []byte {
	var b bytes.Buffer
	var w interface {
		Write([]byte) (int, error)
		Close() error
	}
	var err error
	switch how {
	case "gz":
		w = gzip.NewWriter(&b)
	case "xz":
		w, err = xz.NewWriter(&b)
	case "zst":
		w, err = zstd.NewWriter(&b)
	}
	if err == nil {
		_, err = w.Write(data)
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// mustNotHold looks for a text in every file below dir.
func (s *site) mustNotHold(dir, text string) {
	s.t.Helper()
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || !d.Type().IsRegular() {
			return err
		}
		data, err := os.ReadFile(path)
		if bytes.Contains(data, []byte(text)) {
			s.t.Errorf("%s holds %q", path, text)
		}
		return err
	})
	s.check(err)
}

// keygen makes a pair of ssh keys.
func (s *site) keygen(name string) {
	s.t.Helper()
	if out, err := exec.Command("ssh-keygen", "-q", "-t", "ed25519", "-N", "", "-f", s.path(name)).CombinedOutput(); err != nil {
		s.t.Fatalf("%v: %s", err, out)
	}
}

// hashed puts an object into a repository, whatever it holds.
func (s *site) hashed(dir, kind, content string) string {
	s.t.Helper()
	cmd := exec.Command("git", "hash-object", "-w", "--literally", "-t", kind, "--stdin")
	cmd.Dir, cmd.Env, cmd.Stdin = s.path(dir), gitEnv(), strings.NewReader(content)
	out, err := cmd.Output()
	s.check(err)
	return strings.TrimSpace(string(out))
}

// raw is an object's name in binary.
func raw(id string) string {
	b, err := hex.DecodeString(id)
	if err != nil {
		panic(err)
	}
	return string(b)
}
