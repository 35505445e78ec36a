package flake

import (
	"errors"
	"os"
	"strings"
	"testing"

	"devenv/lockfile"
	"devenv/resolver/fetch"
)

// stage is a scene of files alone.
func stage(t *testing.T, files map[string]string) *world {
	t.Helper()
	file := t.TempDir() + "/scene"
	text := "-- script --\n"
	for name, content := range files {
		text += "-- " + name + " --\n" + content + "\n"
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
	return newWorld(newScene(t, file))
}

const emptyFlake = "{ outputs = _: { }; }"

func hintOf(err error) string {
	var hinted interface{ Hint() string }
	if errors.As(err, &hinted) {
		return hinted.Hint()
	}
	return ""
}

func (w *world) mustSay(err error, texts ...string) {
	w.t.Helper()
	if err == nil {
		w.t.Fatal("no error")
	}
	all := err.Error() + "\nhint: " + hintOf(err)
	for _, text := range texts {
		if !strings.Contains(all, text) {
			w.t.Errorf("%s\nlacks %q", all, text)
		}
	}
	if hintOf(err) == "" {
		w.t.Errorf("%s\nhas no hint", all)
	}
}

// locked is a lock of one input.
func lockText(locked, original string) string {
	return `{"nodes":{"leaf":{"locked":` + locked + `,"original":` + original + `},"root":{"inputs":{"leaf":"leaf"}}},"root":"root","version":7}`
}

func TestBadLocks(t *testing.T) {
	const top = `{ inputs.leaf.url = "path:ROOT/leaf"; outputs = { leaf, ... }: { x = leaf.outPath; }; }`
	for _, c := range []struct {
		name, lock string
		say        []string
	}{
		{"conflict", "{\n<<<<<<< HEAD\n", []string{"flake.lock:2:1", "merge conflict", "git checkout --theirs"}},
		{"version", `{"nodes":{"root":{}},"root":"root","version":99}`, []string{"version 99", "update devenv"}},
		{"no JSON", "{", []string{"flake.lock:2:1", "devenv flake lock"}},
		{"dangling", `{"nodes":{"root":{"inputs":{"leaf":"gone"}}},"root":"root","version":7}`, []string{`"gone", which does not exist`}},
		{"unlocked", lockText(`{"type":"git","url":"file:///x"}`, `{"type":"path","path":"ROOT/leaf"}`), []string{`the entry "leaf" is not locked`, "--update leaf"}},
		{"unknown attribute", lockText(`{"type":"github","owner":"a","repo":"b","revv":"x"}`, `{"type":"path","path":"ROOT/leaf"}`), []string{`the entry "leaf"`, `no attribute "revv"`}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := stage(t, map[string]string{"leaf/flake.nix": emptyFlake, "top/flake.nix": top, "top/flake.lock": c.lock})
			_, err := w.lock(nil)
			w.mustSay(err, c.say...)
			if text, _ := os.ReadFile(w.path("top/flake.lock")); string(text) != strings.ReplaceAll(c.lock, "ROOT", w.root)+"\n" {
				t.Error("the lock was touched")
			}
		})
	}
}

// TestWrongHash has a lock that speaks of another tree: both hashes are shown.
func TestWrongHash(t *testing.T) {
	const wrong = "sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
	w := stage(t, map[string]string{
		"leaf/flake.nix": emptyFlake, "top/flake.nix": `{ inputs.leaf.url = "path:ROOT/leaf"; outputs = { leaf, ... }: { x = leaf.outPath; }; }`,
		"top/flake.lock": lockText(`{"type":"path","path":"ROOT/leaf","lastModified":1,"narHash":"`+wrong+`"}`, `{"type":"path","path":"ROOT/leaf"}`),
	})
	if _, err := w.ask([]string{"metadata"}); err != nil {
		t.Fatal(err) // nothing has to be fetched for that
	}
	_, err := w.ask([]string{"eval", "x"})
	w.mustSay(err, wrong, "received sha256-", "devenv lock --update")
}

// TestVanished has inputs that are not there any more.
func TestVanished(t *testing.T) {
	w := stage(t, map[string]string{"top/flake.nix": `{ inputs.leaf.url = "path:ROOT/leaf"; outputs = { leaf, ... }: { x = leaf.outPath; }; }`})
	_, err := w.lock(nil)
	w.mustSay(err, "input 'leaf'", "there is no such file or directory")
	var in *InputError
	if !errors.As(err, &in) || in.Input.String() != "leaf" {
		t.Error(err)
	}
	w = stage(t, map[string]string{"top/flake.nix": `{ inputs.m.url = "path:ROOT/m"; outputs = _: { }; }`, "m/flake.nix": `{ inputs.leaf.url = "git+file://ROOT/gone"; outputs = _: { }; }`})
	_, err = w.lock(nil)
	w.mustSay(err, "input 'm/leaf'")
}

func TestUntracked(t *testing.T) {
	w := stage(t, map[string]string{"top/flake.nix": `{ outputs = _: { x = import ./new.nix; }; }`, "top/new.nix": "1"})
	w.repos["top"] = true
	w.git("top", "init", "-q")
	_, err := w.lock(nil)
	var untracked *fetch.UntrackedError
	if !errors.As(err, &untracked) || untracked.Path != "flake.nix" {
		t.Fatal(err)
	}
	w.mustSay(err, "Git does not track it", "add -N -- flake.nix")
	w.git("top", "add", "flake.nix")
	_, err = w.ask([]string{"eval", "x"})
	w.mustSay(err, "new.nix", "add -N -- new.nix")
}

// TestOrphans tells of entries that nothing refers to, and keeps them until the
// lock changes.
func TestOrphans(t *testing.T) {
	lock := `{"nodes":{"lost":{"locked":{"type":"path","path":"/x","narHash":"sha256-AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="},"original":{"type":"path","path":"/x"}},"root":{}},"root":"root","version":7}`
	w := stage(t, map[string]string{"top/flake.nix": emptyFlake, "top/flake.lock": lock})
	l, err := w.lock(nil)
	if err != nil || l.Differs || l.Written {
		t.Fatal(l, err)
	}
	if len(w.notices) != 1 || !strings.Contains(w.notices[0], "nothing refers to [lost]") {
		t.Error(w.notices)
	}
}

// TestNoPasswords holds that a password is in no lock and no error.
func TestNoPasswords(t *testing.T) {
	w := stage(t, map[string]string{"top/flake.nix": `{ inputs.a.url = "git+https://me:hunter2@127.0.0.1:1/r"; outputs = _: { }; }`})
	_, err := w.lock(nil)
	if err == nil || strings.Contains(err.Error()+hintOf(err), "hunter2") {
		t.Error(err)
	}
}

// TestUnwritable has a lock that may not be written: nothing is half there.
func TestUnwritable(t *testing.T) {
	w := stage(t, map[string]string{"leaf/flake.nix": emptyFlake, "top/flake.nix": `{ inputs.leaf.url = "path:ROOT/leaf"; outputs = _: { }; }`})
	_, err := w.session().Lock(t.Context(), w.ref("tarball+file://ROOT/none.tar"), LockOptions{})
	if err == nil {
		t.Error("no error")
	}
	w.check(os.MkdirAll(w.path("top/flake.lock"), 0o755))
	if _, err := w.lock(nil); err == nil {
		t.Error("a directory was taken for a lock")
	}
}

// TestNothingToDo holds that a lock with nothing to do fetches nothing.
func TestNothingToDo(t *testing.T) {
	w := stage(t, map[string]string{"leaf/flake.nix": emptyFlake, "top/flake.nix": `{ inputs.leaf.url = "path:ROOT/leaf"; outputs = _: { }; }`})
	if _, err := w.lock(nil); err != nil {
		t.Fatal(err)
	}
	w.check(os.RemoveAll(w.path("leaf")))
	l, err := w.lock(nil)
	if err != nil || l.Differs {
		t.Fatal(l, err)
	}
	if _, err := lockfile.Read(w.path("top/flake.lock")); err != nil {
		t.Error(err)
	}
}
