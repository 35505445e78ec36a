package shellhooks

import (
	"maps"
	"strings"
	"testing"

	"devenv/env"
)

// The oracle of these tests is package env: what a child of a shell sees after
// the hook is what env.Apply says, and after leaving what it was before.

func hostileSnapshot() *env.Snapshot {
	s := &env.Snapshot{
		Label: "node 24.21.0",
		Set: map[string]string{
			"NEW": "v", "EMPTY": "", "OVER": "inner", "OVER_EMPTY": "x", "TO_EMPTY": "", "SAME": "same",
			// names that careless functions use themselves
			"name": "1", "n": "2", "i": "3", "d": "4", "key": "5", "value": "6", "op": "7", "f": "8", "argv1": "9", "REPLY": "10",
		},
		Unset:   []string{"GONE", "GONE_TOO", "NEVER_THERE"},
		Prepend: map[string][]string{"PATH": {"/p/one", "/p two/x*", "/p/$HOME'"}, "XDG_DATA_DIRS": {"/share"}, "MANPATH": {"/man", ""}, "NODE_PATH": {"/mod"}, "GOFLAGS_LIST": {"/q"}, "WAS_EMPTY": {"/w"}},
	}
	for i, value := range hostileStrings {
		s.Set["H"+string(rune('A'+i/26))+string(rune('A'+i%26))] = value
	}
	return s
}

func TestEnterLeave(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		layer := w.project("p", env.Result{Snapshot: hostileSnapshot()})
		s := w.start(shell, sessionOptions{vars: []string{
			"OVER=outer\nline '$x'\\", "OVER_EMPTY=", "TO_EMPTY=full", "SAME=same", "GONE=was \xff here", "GONE_TOO=",
			"XDG_DATA_DIRS=/a::/b:/a", "WAS_EMPTY=", "GOFLAGS_LIST=:x:",
		}})
		before := s.environ()
		s.run(s.cd("p"))
		s.expect("inside", s.environ(), environMap(env.Apply(environList(before), layer)))
		s.run("cd ..")
		s.expect("outside", s.environ(), before)
		s.run(s.cd("p"), "cd ..", s.cd("p"), "cd /")
		s.expect("again", s.environ(), before)
		if n := s.said("node 24.21.0"); n != 1 {
			t.Errorf("the label was shown %d times:\n%s", n, s.output())
		}
		w.events(0)
	})
}

func TestHostileDirectories(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		s := w.start(shell, sessionOptions{})
		before := s.environ()
		for _, name := range []string{"a b", "new\nline", "end\n", "%s%d", "q'u\"o", "$(id)", "`x`", "-n", "~", "*", "ü\xff", "back\\slash", "[a]", "#c", "!!", "a;b&c|d", "{a,b}"} {
			layer := w.project(name+"/in", sets("V", name))
			w.mkdir(name + "/in/sub")
			s.run(s.cd(name + "/in/sub"))
			s.expect(name, s.environ(), environMap(env.Apply(environList(before), layer)))
		}
		s.run("cd /")
		s.expect("outside", s.environ(), before)
		w.events(0)
	})
}

func TestNested(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		with := func(path string, pairs ...string) env.Result {
			r := sets(pairs...)
			r.Snapshot.Prepend = map[string][]string{"PATH": {path}}
			return r
		}
		outer := w.project("o", with("/outer", "A", "outer", "B", "outer"))
		inner := w.project("o/i", with("/inner", "B", "inner", "C", "inner"))
		sibling := w.project("o/s", with("/sibling", "B", "sibling"))
		alone := with("/alone", "D", "alone")
		alone.Root = true
		root := w.project("o/r", alone)
		w.project("o/i/u", env.Result{Status: env.Untrusted, Message: "run devenv allow"})
		s := w.start(shell, sessionOptions{vars: []string{"A=a", "C=c"}})
		before := s.environ()
		check := func(where string, layers ...env.Layer) {
			t.Helper()
			s.run(s.cd(where))
			s.expect(where, s.environ(), environMap(env.Apply(environList(before), layers...)))
		}
		check("o", outer)
		check("o/i", outer, inner)
		check("o/s", outer, sibling)
		check("o/i/u", outer, inner)
		check("o/r", root)
		check("o/i", outer, inner)
		check(".")
		check("o/i", outer, inner)
		check("o", outer)
		check(".")
		if s.said("run devenv allow") != 1 {
			t.Errorf("the message was not shown once:\n%s", s.output())
		}
	})
}

func TestUserChangesStay(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		r := sets("CHANGED", "ours", "REMOVED", "ours", "KEPT", "ours")
		r.Snapshot.Unset = []string{"GONE", "BACK"}
		r.Snapshot.Prepend = map[string][]string{"PATH": {"/p/1", "/p/2"}, "LIST_DIRS": {"/l"}}
		w.project("p", r)
		s := w.start(shell, sessionOptions{vars: []string{"CHANGED=old", "REMOVED=old", "KEPT=old", "GONE=old", "BACK=old"}})
		before := s.environ()
		s.run(s.cd("p"), s.set("CHANGED", "mine"), s.unset("REMOVED"), s.set("BACK", "mine"),
			s.set("PATH", "/mine:/p/2:/p/1:"+before["PATH"]+":/p/1:/last"), s.set("LIST_DIRS", "/l:/mine:/l"), "cd ..")
		want := maps.Clone(before)
		want["CHANGED"], want["BACK"] = "mine", "mine"
		delete(want, "REMOVED")
		want["PATH"] = "/mine:" + before["PATH"] + ":/p/1:/last"
		want["LIST_DIRS"] = "/mine:/l"
		s.expect("outside", s.environ(), want)
	})
}

func TestUnexportedVariables(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		r := sets("PLAIN", "ours")
		r.Snapshot.Unset = []string{"PLAIN_GONE"}
		r.Snapshot.Prepend = map[string][]string{"PLAIN_PATH": {"/p"}}
		w.project("p", r)
		s := w.start(shell, sessionOptions{})
		s.run(s.local("PLAIN", "old"), s.local("PLAIN_GONE", "old"), s.local("PLAIN_PATH", "/a"))
		before := s.environ()
		s.run(s.cd("p"))
		if inside := s.environ(); inside["PLAIN"] != "ours" || inside["PLAIN_PATH"] != "/p:/a" {
			t.Errorf("inside: %q", inside)
		}
		s.run("cd ..")
		s.expect("outside", s.environ(), before)
		file := s.path("out/plain")
		s.run(`printf '%s,%s,%s' "$PLAIN" "$PLAIN_GONE" "$PLAIN_PATH" >` + file)
		if got := read(t, file); got != "old,old,/a" {
			t.Errorf("the values of the shell itself are %q", got)
		}
	})
}

// Nothing but the marks that package env describes reaches a child.
func TestNothingElseIsExported(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		w.project("p", sets("A", "1"))
		allexport := "set -a"
		if shell == env.Fish {
			allexport = "true"
		}
		s := w.start(shell, sessionOptions{rc: allexport, vars: []string{"PROMPT_COMMAND=true"}})
		s.run(s.cd("p"))
		for name, value := range s.environ() {
			if strings.HasPrefix(name, "__devenv_") || strings.Contains(value, "__devenv_") {
				t.Errorf("%s=%s", name, value)
			}
		}
	})
}
