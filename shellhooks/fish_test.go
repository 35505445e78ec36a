package shellhooks

import (
	"testing"

	"devenv/env"
)

func TestFishUniversalVariables(t *testing.T) {
	w := newWorld(t)
	r := sets("U_EXPORTED", "ours", "U_PLAIN", "ours")
	r.Snapshot.Unset = []string{"U_GONE"}
	layer := w.project("p", r)
	s := w.start(env.Fish, sessionOptions{})
	s.run("set -Ux U_EXPORTED theirs", "set -U U_PLAIN theirs", "set -Ux U_GONE theirs")
	file := s.path("out/u")
	print := `printf '%s,' "$U_EXPORTED" "$U_PLAIN" "$U_GONE" (set -qg U_EXPORTED; echo $status) (set -qg U_PLAIN; echo $status) (set -qg U_GONE; echo $status) >` + file
	s.run(print)
	before := s.environ()
	s.run(s.cd("p"))
	inside := environMap(env.Apply(environList(before), layer))
	inside["U_GONE"] = "" // as much as fish lets us
	s.expect("inside", s.environ(), inside)
	s.run("cd /")
	s.expect("outside", s.environ(), before)
	s.run(print)
	if got := read(t, file); got != "theirs,theirs,theirs,1,1,1," {
		t.Errorf("%q", got)
	}
}

func TestFishLists(t *testing.T) {
	w := newWorld(t)
	w.project("p", sets("LIST", "ours"))
	added := w.mkdir("added")
	s := w.start(env.Fish, sessionOptions{rc: "fish_add_path -g " + added + "; set -gx LIST a 'b c' d"})
	file := s.path("out/l")
	s.run(s.cd("p"), "cd /", "printf '%s,' $LIST $PATH[1] >"+file)
	if got := read(t, file); got != "a,b c,d,"+added+"," {
		t.Errorf("%q", got)
	}
}

// On one line; when a handler of one of our variables moves on; with the status kept.
func TestFishEvents(t *testing.T) {
	w := newWorld(t)
	w.project("p", sets("V", "1"))
	q := w.project("q", sets("W", "1"))
	s := w.start(env.Fish, sessionOptions{rc: "function jump --on-variable V; test \"$V\" = 1; and cd " + w.path("q") + "; end"})
	before := s.environ()
	file := s.path("out/v")
	s.run(s.cd("q") + "; echo $W >" + file)
	if got := read(t, file); got != "1\n" {
		t.Errorf("%q", got)
	}
	s.run("cd /", s.cd("p"), "")
	s.expect("after the jump", s.environ(), environMap(env.Apply(environList(before), q)))
	s.send("sh -c 'exit 42' | sh -c 'exit 7'")
	s.run("echo $status $pipestatus >" + file)
	if got := read(t, file); got != "7 42 7\n" {
		t.Errorf("%q", got)
	}
	s.run("functions -e __devenv_on_prompt __devenv_on_pwd", "cd /", "")
	if got := s.environ()["W"]; got != "1" {
		t.Errorf("erased handlers still work: W is %q", got)
	}
}
