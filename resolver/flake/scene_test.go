package flake

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/rogpeppe/go-internal/txtar"
	"golang.org/x/sys/unix"

	"devenv/resolver/fetch"
	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
	"devenv/store"
	"devenv/store/storepath"
	"devenv/transfer"
)

// A scene is a file of testdata: directories to make and a script about them.
// In the script and in the files ROOT is the directory that all lies in. The
// script's lines are:
//
//	git DIR        make DIR a repository with all its files, and one commit
//	commit DIR     one more commit
//	write FILE     take what the scene has for FILE, with @ before its name
//	remove FILE
//	lock ARG…      lock the flake top, as nix flake lock ARG… or update ARG… does
//	refuse ARG…    the same, and it must fail
//	eval ATTR ARG… evaluate an attribute of the flake top, as nix eval --json does
//	metadata ARG…  say what the flake is, as nix flake metadata --json does
//	show ARG…      list its outputs, as nix flake show --json does
//	archive ARG…   as nix flake archive --json does
//	in DIR ARG…    run git with arguments in DIR
//	tar DIR FILE   pack DIR
//	is DIR         it is a repository now
//	touch DIR      set the times of all in it
//
// After the n-th lock the flake's lock is the section "lock n", and the n-th
// answer of the others is the section "eval n". Each directory is known to the registry by its
// name.
type scene struct {
	t       *testing.T
	root    string
	file    string
	archive *txtar.Archive
	repos   map[string]bool
	locks   int
	evals   int
}

var (
	nixCommand = flag.String("nix", "", "compare with what this `command` does, in place of nix")
	update     = flag.Bool("update", false, "have the nix command write what scenes end with")
)

// when is the time of everything, in seconds.
const when = 1700000000

func scenes(t *testing.T, dir string) []string {
	t.Helper()
	files, err := filepath.Glob(filepath.Join("testdata", dir, "*.txtar"))
	if err != nil || len(files) == 0 {
		t.Fatal(files, err)
	}
	return files
}

func newScene(t *testing.T, file string) *scene {
	t.Helper()
	root, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { exec.Command("chmod", "-R", "u+w", root).Run() })
	archive, err := txtar.ParseFile(file)
	if err != nil {
		t.Fatal(err)
	}
	s := &scene{t: t, root: filepath.Join(root, "root"), file: file, archive: archive, repos: map[string]bool{}}
	for _, f := range archive.Files {
		if strings.Contains(f.Name, "/") && !strings.HasPrefix(f.Name, "@") {
			s.write(f.Name, string(f.Data))
		}
	}
	return s
}

func (s *scene) check(err error) {
	s.t.Helper()
	if err != nil {
		s.t.Fatal(err)
	}
}

func (s *scene) path(name string) string { return filepath.Join(s.root, filepath.FromSlash(name)) }

// write makes a file and sets the times of all in its directory.
func (s *scene) write(name, text string) {
	s.t.Helper()
	s.check(os.MkdirAll(filepath.Dir(s.path(name)), 0o755))
	s.check(os.WriteFile(s.path(name), []byte(strings.ReplaceAll(text, "ROOT", s.root)), 0o644))
	s.still(name)
}

func (s *scene) still(name string) {
	top, _, _ := strings.Cut(name, "/")
	s.check(filepath.WalkDir(s.path(top), func(path string, d os.DirEntry, err error) error {
		if err != nil {
			return err
		}
		at := unix.NsecToTimeval(time.Unix(when, 0).UnixNano())
		return unix.Lutimes(path, []unix.Timeval{at, at})
	}))
}

func (s *scene) section(name string) (string, bool) {
	for _, f := range s.archive.Files {
		if f.Name == name {
			return string(f.Data), true
		}
	}
	return "", false
}

func gitEnv() []string {
	return append(os.Environ(), "GIT_CONFIG_GLOBAL=/dev/null", "GIT_CONFIG_SYSTEM=/dev/null", "HOME=/nowhere",
		"GIT_AUTHOR_NAME=A", "GIT_AUTHOR_EMAIL=a@b", "GIT_AUTHOR_DATE=1700000000 +0000",
		"GIT_COMMITTER_NAME=A", "GIT_COMMITTER_EMAIL=a@b", "GIT_COMMITTER_DATE=1700000000 +0000")
}

func (s *scene) git(dir string, args ...string) {
	s.t.Helper()
	cmd := exec.Command("git", append([]string{"-c", "protocol.file.allow=always", "-c", "init.defaultBranch=main"}, args...)...)
	cmd.Dir, cmd.Env = s.path(dir), gitEnv()
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("git %v: %v\n%s", args, err, out)
	}
}

// tar packs a directory, the same bytes in every run.
func (s *scene) tar(dir, file string) {
	s.t.Helper()
	cmd := exec.Command("tar", "--sort=name", "--owner=0", "--group=0", "--numeric-owner", fmt.Sprintf("--mtime=@%d", when), "-cf", s.path(file), dir)
	cmd.Dir = s.root
	if out, err := cmd.CombinedOutput(); err != nil {
		s.t.Fatalf("tar: %v\n%s", err, out)
	}
}

// play does what the script says; lock is called for its locks, eval for its
// evals.
func (s *scene) play(lock func(args []string) error, eval func(args []string) error) {
	s.t.Helper()
	script, _ := s.section("script")
	for line := range strings.Lines(script) {
		words := strings.Fields(strings.ReplaceAll(line, "ROOT", s.root))
		if len(words) == 0 || strings.HasPrefix(words[0], "#") {
			continue
		}
		args := words[1:]
		switch words[0] {
		case "git":
			s.repos[args[0]] = true
			s.git(args[0], "init", "-q")
			fallthrough
		case "commit":
			s.git(args[0], "add", "-A")
			s.git(args[0], "commit", "-q", "--allow-empty", "-m", "more")
		case "in": // in DIR git …
			s.git(args[0], args[1:]...)
		case "tar":
			s.tar(args[0], args[1])
		case "is":
			s.repos[args[0]] = true
		case "touch":
			s.still(args[0])
		case "write":
			text, ok := s.section("@" + args[0])
			if !ok {
				s.t.Fatalf("there is no @%s", args[0])
			}
			s.write(args[0], text)
		case "remove":
			s.check(os.RemoveAll(s.path(args[0])))
		case "lock":
			s.locks++
			if err := lock(args); err != nil {
				s.t.Fatalf("lock %v: %v", args, err)
			}
		case "eval", "metadata", "show", "archive":
			s.evals++
			if err := eval(words); err != nil {
				s.t.Fatalf("eval %v: %v", args, err)
			}
		case "refuse":
			if err := lock(args); err == nil {
				s.t.Fatalf("lock %v is not refused", args)
			} else {
				s.t.Logf("refused: %v", err)
			}
		default:
			s.t.Fatalf("unknown: %s", line)
		}
	}
}

// registry writes the registry that knows all directories.
func (s *scene) registry() string {
	text, err := s.names().Bytes()
	s.check(err)
	file := s.path("../registry.json")
	s.check(os.WriteFile(file, text, 0o644))
	return file
}

func (s *scene) names() *flakeref.Registry {
	r := &flakeref.Registry{}
	entries, err := os.ReadDir(s.root)
	s.check(err)
	for _, e := range entries {
		if !e.IsDir() || !isID(e.Name()) {
			continue
		}
		from, err := flakeref.Parse("flake:"+e.Name(), flakeref.Options{})
		s.check(err)
		url := "path:" + s.path(e.Name())
		if s.repos[e.Name()] {
			url = "git+file://" + s.path(e.Name())
		}
		to, err := flakeref.Parse(url, flakeref.Options{})
		s.check(err)
		r.Set(from, to)
	}
	return r
}

// top is the reference of the flake that is locked.
func (s *scene) top() string {
	dir, ok := s.section("top")
	if dir = strings.TrimSpace(dir); !ok {
		dir = "top"
	}
	name, below, _ := strings.Cut(dir, "/")
	ref := "path:" + s.path(name)
	if s.repos[name] {
		ref = "git+file://" + s.path(name)
	}
	if below != "" {
		ref += "?dir=" + below
	}
	return ref
}

// lockFile is the flake's lock, with ROOT for the directory that all lies in.
func (s *scene) lockFile() string {
	dir, ok := s.section("top")
	if !ok {
		dir = "top"
	}
	text, err := os.ReadFile(s.path(strings.TrimSpace(dir) + "/flake.lock"))
	if os.IsNotExist(err) {
		return ""
	}
	s.check(err)
	return strings.ReplaceAll(string(text), s.root, "ROOT")
}

// A world is a store, a cache and sessions over them.
type world struct {
	*scene
	store *store.Store

	mu      sync.Mutex
	notices []string
}

func newWorld(s *scene) *world {
	dir := s.t.TempDir()
	st, err := store.Open(s.t.Context(), store.Options{URL: filepath.Join(dir, "store")})
	s.check(err)
	s.t.Cleanup(func() { st.Close() })
	return &world{scene: s, store: st}
}

func (w *world) notice(text string) {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.notices = append(w.notices, strings.ReplaceAll(text, w.root, "ROOT"))
}

func (w *world) fetcher() *fetch.Fetcher {
	client, err := transfer.New(transfer.Options{Retries: -1})
	w.check(err)
	return fetch.New(fetch.Options{
		Client: client, Store: w.store, CacheDir: filepath.Join(w.t.TempDir(), "cache"), Environ: gitEnv(), TTL: time.Hour, Notice: w.notice,
	})
}

func (w *world) session() *Session {
	return New(Options{
		Fetcher: w.fetcher(), Notice: w.notice,
		Registries: func(context.Context, bool) ([]flakeref.Layer, error) {
			return []flakeref.Layer{{Name: "global", Registry: w.names()}}, nil
		},
		Git: func(ctx context.Context, dir string, args ...string) error {
			cmd := exec.CommandContext(ctx, "git", args...)
			cmd.Dir, cmd.Env = dir, gitEnv()
			if out, err := cmd.CombinedOutput(); err != nil {
				return fmt.Errorf("git %v: %w: %s", args, err, out)
			}
			return nil
		},
	})
}

// options reads the arguments of a scene's lock.
func (w *world) options(args []string) LockOptions {
	o := LockOptions{MustLock: true}
	for len(args) > 0 {
		take := 1
		switch args[0] {
		case "--recreate-lock-file":
			o.Recreate = true
		case "--no-update-lock-file":
			o.NoUpdate = true
		case "--no-write-lock-file":
			o.NoWrite = true
		case "--allow-dirty-locks":
			o.DirtyLocks = true
		case "--commit-lock-file":
			o.Commit = true
		case "--output-lock-file":
			take, o.Output = 2, args[1]
		case "--reference-lock-file":
			take, o.Reference = 2, args[1]
		case "--override-input":
			p, err := ParseInputPath(args[1])
			w.check(err)
			ref, err := flakeref.Parse(args[2], flakeref.Options{Base: w.path("top"), FS: flakeref.OS{}})
			w.check(err)
			take = 3
			o.Overrides = append(o.Overrides, Override{p, ref})
		default: // of update
			p, err := ParseInputPath(args[0])
			w.check(err)
			o.Updates = append(o.Updates, p)
		}
		args = args[take:]
	}
	return o
}

func (w *world) ref(text string) flakeref.Ref {
	w.t.Helper()
	ref, err := flakeref.Parse(strings.ReplaceAll(text, "ROOT", w.root), flakeref.Options{})
	w.check(err)
	return ref
}

func (w *world) lock(args []string) (*Locked, error) {
	return w.session().Lock(w.t.Context(), w.ref(w.top()), w.options(args))
}

// ask does what a line of a scene asks for, and returns JSON.
func (w *world) ask(words []string) (string, error) {
	s := w.session()
	var show ShowOptions
	var attr string
	args := slices.DeleteFunc(slices.Clone(words[1:]), func(arg string) bool {
		switch {
		case arg == "--all-systems":
			show.AllSystems = true
		case arg == "--legacy":
			show.Legacy = true
		case !strings.HasPrefix(arg, "--"):
			attr = arg
		default:
			return false
		}
		return true
	})
	l, err := s.Lock(w.t.Context(), w.ref(w.top()), w.options(args))
	if err != nil {
		return "", err
	}
	switch words[0] {
	case "metadata":
		m, err := l.Metadata(w.t.Context(), storepath.Default)
		return marshal(m, err)
	case "archive":
		a, _, err := s.Archive(w.t.Context(), l, storepath.Default, false)
		return marshal(a, err)
	}
	ev, h := w.evaluation(s)
	v, err := s.Call(w.t.Context(), ev, h, l)
	if err != nil {
		return "", err
	}
	if words[0] == "show" {
		if v, err = ev.Attr(v, "outputs"); err != nil {
			return "", err
		}
		show.System = "x86_64-linux"
		e, err := Show(ev, v, show, w.notice)
		if err != nil {
			return "", err
		}
		return marshal(e.JSON(), nil)
	}
	if v, err = ev.Select(v, "outputs."+attr, nil); err != nil {
		return "", err
	}
	return ev.JSON(v)
}

func marshal(v any, err error) (string, error) {
	if err != nil {
		return "", err
	}
	text, err := json.Marshal(v)
	return string(text), err
}

// normal is JSON as two programs write it that agree.
func (s *scene) normal(text string) string {
	s.t.Helper()
	decoder := json.NewDecoder(strings.NewReader(strings.ReplaceAll(text, s.root, "ROOT")))
	decoder.UseNumber()
	var v any
	s.check(decoder.Decode(&v))
	var b strings.Builder
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", " ")
	s.check(encoder.Encode(v))
	return b.String()
}

// evaluation is a pure one.
func (w *world) evaluation(s *Session) (*eval.Evaluator, *host.Host) {
	b := &Builtins{Session: s, Store: w.store}
	h := host.New(host.Options{Mode: host.Pure, Keep: true, Fetcher: b, Show: w.notice})
	b.World = h
	return eval.New(eval.Options{Host: h, Pure: true, System: "x86_64-linux", Features: map[string]bool{"flakes": true, "fetch-tree": true, "parse-toml-timestamps": false}}), h
}

// A nix is real Nix with a store of its own.
type nix struct {
	*scene
	command []string
	old     bool // 2.8
}

func newNix(s *scene) *nix {
	n := &nix{scene: s, command: strings.Fields(*nixCommand)}
	if len(n.command) == 0 {
		n.command, n.old = []string{"nix"}, true
		if _, err := exec.LookPath("nix"); err != nil {
			if os.Getenv("CI") == "true" {
				s.t.Fatal("nix is not installed")
			}
			s.t.Skip("nix is not installed")
		}
	}
	return n
}

func (n *nix) run(args ...string) (string, error) {
	args = append(slices.Clone(n.command[1:]), append([]string{
		"--extra-experimental-features", "nix-command flakes", "--option", "flake-registry", n.registry(), "--store", n.path("../nix"),
	}, args...)...)
	cmd := exec.Command(n.command[0], args...)
	cmd.Dir = n.path("top")
	cmd.Env = append(gitEnv(), "HOME="+n.path("../home"), "XDG_CACHE_HOME="+filepath.Join(n.t.TempDir(), "cache"), "XDG_CONFIG_HOME="+n.path("../home/.config"), "NIX_CONFIG=")
	var stdout, stderr strings.Builder
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	if err := cmd.Run(); err != nil {
		return "", fmt.Errorf("%w: %s", err, stderr.String())
	}
	return stdout.String(), nil
}

// lock does what the arguments say, with the command that has them.
func (n *nix) lock(args []string) error {
	verb, rest := "lock", []string{}
	for i := 0; i < len(args); i++ {
		switch {
		case strings.HasPrefix(args[i], "--"):
			rest = append(rest, args[i:]...)
			i = len(args)
		case n.old:
			rest = append(rest, "--update-input", args[i])
		default:
			verb = "update"
			rest = append(rest, args[i])
		}
	}
	if slices.Contains(rest, "--no-write-lock-file") {
		verb = "metadata"
	}
	call := []string{"flake", verb}
	if verb == "update" {
		call = append(call, "--flake")
	}
	_, err := n.run(append(append(call, n.top()), rest...)...)
	return err
}

func (n *nix) ask(words []string) (string, error) {
	call := []string{"flake", words[0], "--json", n.top()}
	if words[0] == "eval" {
		call = []string{"eval", "--json", n.top() + "#" + words[1]}
		words = words[1:]
	}
	return n.run(append(call, words[1:]...)...)
}
