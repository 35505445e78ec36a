package evalcache_test

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/evalcache"
	"devenv/resolver/nixlang/host"
	"devenv/store/storepath"
)

// project writes files below a new directory; a value "-> x" is a link to x.
func project(t *testing.T, files map[string]string) string {
	t.Helper()
	dir, err := filepath.EvalSymlinks(t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	dir = filepath.Join(dir, "project")
	fill(t, dir, files)
	return dir
}

func fill(t *testing.T, dir string, files map[string]string) {
	t.Helper()
	for name, text := range files {
		write(t, filepath.Join(dir, name), text)
	}
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
		t.Fatal(err)
	}
	_ = os.Remove(path)
	err := error(nil)
	if target, link := strings.CutPrefix(text, "-> "); link {
		err = os.Symlink(target, path)
	} else {
		err = os.WriteFile(path, []byte(text), 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}

// someone evaluates default.nix of directories, with a cache.
type someone struct {
	t     *testing.T
	cache *evalcache.Cache
	opts  host.Options
	old   bool   // files are old enough for their times to tell
	file  string // what is fetched; "": nothing
}

func newSomeone(t *testing.T) *someone {
	return &someone{t: t, cache: evalcache.New(evalcache.Options{Dir: filepath.Join(t.TempDir(), "answers"), Version: "1", Now: time.Now}), old: true}
}

func (s *someone) world() *host.Host {
	opts := s.opts
	opts.Record = true
	opts.Now = func() time.Time {
		if s.old {
			return time.Now().Add(time.Hour)
		}
		return time.Now()
	}
	h := host.New(opts)
	if s.file != "" {
		h.Fetcher = &fetches{h.Fetcher, h, s.file}
	}
	return h
}

// ask asks what is at a root, which lies at a logical path. It returns the answer
// and "", or why there was none.
func (s *someone) ask(root string) (text, miss string) {
	s.t.Helper()
	h := s.world()
	h.Follow(root)
	q := evalcache.Ask(root)
	q.AddPath("file", root)
	if a, m := s.cache.Find(q, h); m == nil {
		return a.Text, ""
	} else {
		miss = m.String()
	}
	ev := eval.New(eval.Options{Host: h, System: "x86_64-linux", Now: func() int64 { return 1 }})
	v, err := ev.File(root)
	if err == nil {
		text, err = ev.Print(v, true)
	}
	if err != nil {
		s.t.Fatal(err)
	}
	if err := s.cache.Keep(q, h, evalcache.Answer{Text: text}); err != nil {
		s.t.Fatal(err)
	}
	return text, miss
}

// hit and missed hold what ask gives.
func (s *someone) hit(root, want string) {
	s.t.Helper()
	if text, miss := s.ask(root); miss != "" || want != "" && text != want {
		s.t.Errorf("got %s, not %s: %s", text, want, miss)
	}
}

func (s *someone) missed(root, why string) {
	s.t.Helper()
	if _, miss := s.ask(root); miss != why {
		s.t.Errorf("got %q, not %q", miss, why)
	}
}

const looks = `{
  file = import ./a.nix;
  text = builtins.readFile ./text;
  list = builtins.attrNames (builtins.readDir ./dir);
  there = builtins.pathExists ./absent;
  linked = import ./link;
  type = builtins.readFileType ./type;
  tree = builtins.stringLength "${./tree}";
  some = builtins.path { path = ./some; filter = p: t: baseNameOf p != "no"; name = "some"; };
  env = builtins.getEnv "LOOKED";
}`

var lookedAt = map[string]string{
	"default.nix": looks, "a.nix": "1", "text": "text", "dir/x": "", "dir/y": "", "target.nix": "2", "other.nix": "3",
	"link": "-> target.nix", "tree/sub/f": "f", "some/yes": "y", "some/no": "n", "type": "x", "unseen": "x",
}

// TestEveryKind changes each thing that was looked at: a miss that names it, then
// a hit, and a hit again when it is as before.
func TestEveryKind(t *testing.T) {
	for _, c := range []struct{ file, to, why string }{
		{"default.nix", "{ }", "D/default.nix has changed"},
		{"a.nix", "11", "D/a.nix has changed"},
		{"text", "another", "D/text has changed"},
		{"dir/z", "", "the list of files in D/dir has changed"},
		{"absent", "", "D/absent has changed"},
		{"target.nix", "4", "D/target.nix has changed"},
		{"link", "-> other.nix", "D/link has changed"},
		{"type", "-> text", "D/type has changed"},
		{"tree/sub/f", "g", "D/tree has changed"},
		{"some/yes", "z", "D/some/yes has changed"},
	} {
		t.Run(c.file, func(t *testing.T) {
			s, dir := newSomeone(t), project(t, lookedAt)
			first, miss := s.ask(dir)
			if miss != "it is new" {
				t.Fatal(miss)
			}
			s.hit(dir, first)
			write(t, filepath.Join(dir, c.file), c.to)
			s.missed(dir, strings.ReplaceAll(c.why, "D", dir))
			s.hit(dir, "")
			if before, known := lookedAt[c.file]; known {
				write(t, filepath.Join(dir, c.file), before)
			} else if err := os.Remove(filepath.Join(dir, c.file)); err != nil {
				t.Fatal(err)
			}
			s.hit(dir, first)
			s.hit(dir, first)
		})
	}
}

func TestVariables(t *testing.T) {
	s, dir := newSomeone(t), project(t, lookedAt)
	looked := "a"
	s.opts.Env = func(name string) string { return map[string]string{"LOOKED": looked}[name] }
	s.missed(dir, "it is new")
	looked = "b"
	s.missed(dir, "$LOOKED has changed")
	looked = "a"
	s.hit(dir, "")
}

// TestUnseen holds that what was not looked at, and times, do not matter.
func TestUnseen(t *testing.T) {
	for _, old := range []bool{true, false} {
		s, dir := newSomeone(t), project(t, lookedAt)
		s.old = old
		s.missed(dir, "it is new")
		write(t, filepath.Join(dir, "unseen"), "y")
		write(t, filepath.Join(dir, "some/no"), "y")
		write(t, filepath.Join(dir, "text"), "text") // another inode and time
		if err := os.Chtimes(filepath.Join(dir, "a.nix"), time.Now(), time.Now().Add(-time.Hour)); err != nil {
			t.Fatal(err)
		}
		s.hit(dir, "")
		s.hit(dir, "")
	}
}

// TestSeveral holds that a question has several answers, of which those used last
// are kept.
func TestSeveral(t *testing.T) {
	s, dir := newSomeone(t), project(t, map[string]string{"default.nix": "import ./a.nix"})
	set := func(n int) { write(t, filepath.Join(dir, "a.nix"), fmt.Sprint(n)) }
	for n := range 8 {
		set(n)
		if _, miss := s.ask(dir); miss == "" {
			t.Errorf("%d: no miss", n)
		}
	}
	for n := range 8 {
		set(n)
		s.hit(dir, fmt.Sprint(n))
	}
	set(8) // in place of 0
	s.missed(dir, filepath.Join(dir, "a.nix")+" has changed")
	set(1)
	s.hit(dir, "1")
	set(0)
	s.missed(dir, filepath.Join(dir, "a.nix")+" has changed")
}

// TestElsewhere holds that another copy of a project is served, unless the answer
// depends on where it lies.
func TestElsewhere(t *testing.T) {
	const moved = "it depends on where the project lies, which is elsewhere now"
	for _, c := range []struct {
		expr string
		miss string
	}{
		{`import ./sub/a.nix`, ""},
		{`[ (import (./. + "/sub/a.nix")) (import ./sub/${"a"}.nix) (import (dirOf ./sub/a.nix + "/a.nix")) ]`, ""},
		{`builtins.readDir ./sub`, ""},
		{`./sub == ./sub/../sub`, ""},
		{`"${./sub}"`, ""},
		{`builtins.path { path = ./.; name = "source"; }`, ""},
		{`"${./.}"`, moved},
		{`toString ./sub`, moved},
		{`builtins.stringLength (toString ./.)`, moved},
		{`baseNameOf ./.`, moved},
		{`builtins.stringLength (toString ../.)`, moved},
		{`./.`, moved},
		{`builtins.length [ (__curPos.file) ]`, ""},
		{`builtins.stringLength __curPos.file`, moved},
		{`(builtins.unsafeGetAttrPos "a" { a = 1; }).line`, moved},
		{`builtins.readFileType ../other`, moved},
		{`builtins.pathExists ../nothing`, moved},
		{`builtins.stringLength (builtins.toXML ./sub)`, moved},
		{`builtins.toPath ./sub == "/x"`, moved},
		{`./sub < /tmp`, moved},
		{`builtins.path { path = ./sub; filter = p: t: true; }`, moved},
		{`import (/. + builtins.substring 0 99 "ROOT/sub/a.nix")`, moved},
		{`import ROOT/sub/a.nix`, moved},
		{`import "ROOT/sub/a.nix"`, moved},
		{`import (../. + "/project/sub/a.nix")`, moved},
		{`builtins.trace ./sub 1`, moved},
	} {
		s := newSomeone(t)
		dir := project(t, map[string]string{"default.nix": "0", "sub/a.nix": "1", "../other": "x"})
		other := filepath.Join(filepath.Dir(dir), "copies", "another")
		expr := strings.ReplaceAll(c.expr, "ROOT", dir)
		write(t, filepath.Join(dir, "default.nix"), expr)
		first, miss := s.ask(dir)
		if miss != "it is new" {
			t.Fatal(miss)
		}
		s.hit(dir, first)
		fill(t, other, map[string]string{"default.nix": expr, "sub/a.nix": "1", "../other": "y", "../project/sub/a.nix": "3"})
		second, miss := s.ask(other)
		if miss != c.miss {
			t.Errorf("%s: %q, not %q", c.expr, miss, c.miss)
		}
		if miss == "" && second != first {
			t.Errorf("%s: %s, then %s", c.expr, first, second)
		}
		s.hit(other, second)
		s.hit(dir, first)
		if c.miss == "" {
			write(t, filepath.Join(other, "default.nix"), "2")
			s.missed(other, filepath.Join(other, "default.nix")+" has changed")
		}
	}
}

// TestMounts holds that a tree that is mounted at a path which changes with it,
// as a flake's is, is known by what was looked at.
func TestMounts(t *testing.T) {
	const one, two = "/nix/store/x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-source", "/nix/store/y0y0y0y0y0y0y0y0y0y0y0y0y0y0y0y0-source"
	dir := project(t, map[string]string{"default.nix": "[ (import ./a.nix) (builtins.attrNames (builtins.readDir ./.)) ]", "a.nix": "1", "ignored": "x"})
	s := newSomeone(t)
	mounted := func(at string) string {
		s.opts.Mode = host.Pure
		s.opts.Mounts = []host.Mount{{At: at, Dir: dir, Check: func(name string) error {
			if name == "ignored" || name == "ignored too" {
				return os.ErrNotExist
			}
			return nil
		}}}
		return at
	}
	s.missed(mounted(one), "it is new")
	write(t, filepath.Join(dir, "ignored too"), "y")
	s.hit(mounted(two), `[ 1 [ "a.nix" "default.nix" ] ]`)
	write(t, filepath.Join(dir, "a.nix"), "2")
	s.missed(mounted(two), two+"/a.nix has changed")
	write(t, filepath.Join(dir, "default.nix"), "toString ./a.nix")
	s.missed(mounted(two), two+"/default.nix has changed")
	s.hit(mounted(two), "")
	if text, _ := s.ask(mounted(one)); text != `"`+one+`/a.nix"` {
		t.Error(text)
	}
}

// TestNeverKept holds that what the clock or the network said is asked again,
// unless it is known by its hash.
func TestNeverKept(t *testing.T) {
	s := newSomeone(t)
	dir := project(t, map[string]string{"default.nix": "builtins.currentTime"})
	s.missed(dir, "it is new")
	s.missed(dir, "it is new")
	s.file = filepath.Join(dir, "fetched")
	write(t, s.file, "fetched")
	write(t, filepath.Join(dir, "default.nix"), `builtins.readFile (builtins.fetchurl "http://localhost/x")`)
	s.missed(dir, "it is new")
	s.missed(dir, "it is new")
	const locked = `builtins.readFile (builtins.fetchurl { url = "http://localhost/x"; sha256 = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="; })`
	write(t, filepath.Join(dir, "default.nix"), locked)
	s.missed(dir, "it is new")
	s.hit(dir, `"fetched"`) // though nothing is fetched, and nothing mounted
}

// TestObjects holds that an answer that needs a store object is none without it.
func TestObjects(t *testing.T) {
	const object = "/nix/store/x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-x"
	trees := t.TempDir()
	s := newSomeone(t)
	s.opts.Mounts = []host.Mount{{At: "/nix/store", Dir: trees, Immutable: true}}
	write(t, filepath.Join(trees, filepath.Base(object)), "text")
	dir := project(t, map[string]string{"default.nix": `builtins.readFile "` + object + `"`})
	s.missed(dir, "it is new")
	s.hit(dir, `"text"`)
	if err := os.Remove(filepath.Join(trees, filepath.Base(object))); err != nil {
		t.Fatal(err)
	}
	h := s.world()
	q := evalcache.Ask(dir)
	q.AddPath("file", dir)
	if _, m := s.cache.Find(q, h); m == nil || m.Changed.Name != object {
		t.Errorf("%v", m)
	}
}

// TestNoPlace holds that a cache that cannot be written is none.
func TestNoPlace(t *testing.T) {
	dir := project(t, map[string]string{"default.nix": "1"})
	file := filepath.Join(t.TempDir(), "file")
	write(t, file, "")
	s := newSomeone(t)
	h := s.world()
	q := evalcache.Ask(dir)
	for _, place := range []string{filepath.Join(file, "cache"), "/dev/null", "/proc/nowhere"} {
		c := evalcache.New(evalcache.Options{Dir: place, Now: time.Now})
		if err := c.Keep(q, h, evalcache.Answer{}); err == nil {
			t.Errorf("%s: kept", place)
		}
		if _, m := c.Find(q, h); m == nil || m.Answers != 0 {
			t.Errorf("%s: %v", place, m)
		}
	}
}

// TestAtOnce holds that any number may use a cache at the same time.
func TestAtOnce(t *testing.T) {
	s, dir := newSomeone(t), project(t, map[string]string{"default.nix": "{ a = import ./a.nix; }", "a.nix": "1"})
	var all sync.WaitGroup
	for n := range 8 {
		all.Go(func() {
			for range 10 {
				if text, _ := s.ask(dir); text != "{ a = 1; }" {
					t.Errorf("%d: %s", n, text)
				}
			}
		})
	}
	all.Wait()
	s.hit(dir, "{ a = 1; }")
}

// TestAnswer holds that all of an answer comes back, and another version's does
// not.
func TestAnswer(t *testing.T) {
	p, err := storepath.ParseBase("x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-a.drv")
	if err != nil {
		t.Fatal(err)
	}
	a := evalcache.Answer{Text: "text\n\x00", Messages: []string{"", "trace: 1"}, Derivations: []evalcache.Derivation{{Path: p, Output: "dev"}}}
	opts := evalcache.Options{Dir: t.TempDir(), Version: "1", Now: time.Now}
	c, h, q := evalcache.New(opts), newSomeone(t).world(), evalcache.Ask()
	if err := c.Keep(q, h, a); err != nil {
		t.Fatal(err)
	}
	if got, m := c.Find(q, h); m != nil || fmt.Sprintf("%q", got) != fmt.Sprintf("%q", a) {
		t.Errorf("%q %v", got, m)
	}
	opts.Version = "2"
	if _, m := evalcache.New(opts).Find(q, h); m == nil || m.String() != "it is new" {
		t.Errorf("another version: %v", m)
	}
	q.Add("more", "")
	if _, m := c.Find(q, h); m == nil {
		t.Error("another question has the same answer")
	}
}
