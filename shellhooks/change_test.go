package shellhooks

import (
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"devenv/env"
)

func TestGenerationSwap(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		first := sets("V", "1", "ONLY1", "x")
		first.Message = "first ready"
		w.project("p", first)
		inner := w.project("p/i", sets("W", "inner"))
		s := w.start(shell, sessionOptions{vars: []string{"V=0"}})
		before := s.environ()
		s.run(s.cd("p/i"))
		second := sets("V", "2", "ONLY2", "x")
		second.Message = "second ready"
		layer := w.project("p", second)
		s.run("")
		s.expect("after the swap", s.environ(), environMap(env.Apply(environList(before), layer, inner)))

		same := sets("V", "2", "ONLY2", "x")
		same.Message = "same again"
		w.project("p", same)
		w.project("p", env.Result{Status: env.Failed, Message: "it failed"})
		s.run("", "cd /", s.cd("p"))
		s.expect("after a failure", s.environ(), environMap(env.Apply(environList(before), layer)))
		for text, times := range map[string]int{"first ready": 1, "second ready": 1, "same again": 0, "it failed": 1} {
			if n := s.said(text); n != times {
				t.Errorf("%q was shown %d times, not %d:\n%s", text, n, times, s.output())
			}
		}

		b, err := w.tree.Lock(t.Context(), w.path("p"))
		if err != nil {
			t.Fatal(err)
		}
		if err := b.Remove(); err != nil {
			t.Fatal(err)
		}
		b.Close()
		s.run("")
		s.expect("after the project is gone", s.environ(), before)
		w.events(0)
	})
}

func TestWatches(t *testing.T) {
	chtimes := func(t *testing.T, file string, when time.Time) { must(t, os.Chtimes(file, when, when)) }
	changes := map[string]func(t *testing.T, file string){
		"newer": func(t *testing.T, file string) { chtimes(t, file, time.Now().Add(time.Hour)) },
		"older": func(t *testing.T, file string) { chtimes(t, file, time.Unix(1e9, 5)) },
		"gone":  func(t *testing.T, file string) { must(t, os.Remove(file)) },
		"new":   func(t *testing.T, file string) { must(t, os.WriteFile(file+".other", nil, 0o600)) },
	}
	everywhere(t, func(t *testing.T, shell env.Shell) {
		for name, change := range changes {
			w := newWorld(t)
			file := w.write("p/go.mod", "go 1.24", 0o600)
			reads := func() []env.Read {
				all := []env.Read{{Path: ".nvmrc", Kind: env.Absent}}
				for _, name := range []string{"go.mod", "go.mod.other"} {
					kind := env.File
					if _, err := os.Stat(w.path("p/" + name)); err != nil {
						kind = env.Absent
					}
					all = append(all, env.Read{Path: name, Kind: kind})
				}
				return all
			}
			w.project("p", sets("V", "1"), reads()...)
			w.project("p/i", sets("W", "1"))
			s := w.start(shell, sessionOptions{})
			s.run(s.cd("p/i"), "", "touch ../unrelated", "")
			w.events(0)
			change(t, file)
			s.run("", "", s.cd("p"), "")
			if calls := w.events(1); len(calls) == 1 && calls[0] != "hook-event -- "+w.path("p") {
				t.Errorf("%s: %q", name, calls)
			}
			// A new generation is looked at anew.
			w.project("p", sets("V", "2"), reads()...)
			s.run("", "")
			if got := s.environ()["V"]; got != "2" {
				t.Errorf("%s: V is %q", name, got)
			}
			w.events(1)
			w.write("p/.nvmrc", "20", 0o600)
			s.run("")
			w.events(2)
		}
	})
}

func TestNewProjects(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		w.mkdir("p/sub")
		w.mkdir("q/node_modules/m/sub")
		w.write("q/node_modules/m/package.json", "{}", 0o600)
		w.project("k", sets("K", "1"))
		s := w.start(shell, sessionOptions{})
		s.run(s.cd("q/node_modules/m/sub"), s.cd("q/node_modules/m"), s.cd("p"), "")
		w.events(0)
		w.write("p/.nvmrc", "20", 0o600)
		s.run("", "", "")
		if calls := w.events(1); calls[0] != "hook-event -- "+w.path("p") {
			t.Errorf("%q", calls)
		}
		layer := w.project("p", sets("V", "20"))
		s.run("")
		if got := s.environ()[env.LayersVar]; got != layer.Key {
			t.Errorf("the layers are %q", got)
		}
		w.events(1)

		// On the way up, together with a directory inside a known project.
		w.write("n/o/go.mod", "", 0o600)
		w.write("n/.tool-versions", "", 0o600)
		w.mkdir("n/o/sub")
		s.run(s.cd("n/o/sub"), "", s.cd("n"), s.cd("n/o"))
		if calls := w.events(2); calls[1] != "hook-event -- "+w.path("n/o")+" "+w.path("n") {
			t.Errorf("%q", calls)
		}
		if n := s.said("preparing o "); n != 1 {
			t.Errorf("said %d times:\n%s", n, s.output())
		}
		w.project("n", env.Result{Status: env.Nothing})
		w.project("n/o", env.Result{Status: env.Nothing})
		s.run("", "")
		w.events(2)
		w.write("k/in/.nvmrc", "", 0o600)
		s.run(s.cd("k/in"), "")
		w.events(3)
	})
}

func TestAskAgain(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		w.write("p/.nvmrc", "20", 0o600)
		s := w.start(shell, sessionOptions{})
		w.write("k/go.mod", "", 0o600)
		w.project("k", sets("V", "1"), env.Read{Path: "go.mod", Kind: env.File})
		must(t, os.Remove(w.path("k/go.mod")))
		s.run(s.local("__devenv_patience", "3"), s.cd("p"), "")
		w.events(1)
		time.Sleep(4200 * time.Millisecond)
		s.run("", s.cd("k"), "")
		w.events(3)
		time.Sleep(4200 * time.Millisecond)
		s.run("")
		w.events(4)
		if n := s.said("preparing"); n != 1 {
			t.Errorf("said %d times:\n%s", n, s.output())
		}
	})
}

func TestQuietOffCeiling(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		r := sets("V", "1")
		r.Message = "hello"
		w.project("p", r)
		w.write("n/.nvmrc", "", 0o600)
		w.project("c", sets("C", "1"))
		w.mkdir("c/d/e")
		s := w.start(shell, sessionOptions{vars: []string{"DEVENV_QUIET=1"}})
		before := s.environ()
		s.run(s.cd("p"), s.cd("n"))
		w.events(1)
		if n := s.said(""); n != 0 {
			t.Errorf("%d lines:\n%s", n, s.output())
		}
		s.run(s.cd("p"), s.set("DEVENV_OFF", "1"))
		off := s.environ()
		delete(off, "DEVENV_OFF")
		s.expect("off", off, before)
		s.run(s.unset("DEVENV_OFF"))
		if got := s.environ()["V"]; got != "1" {
			t.Errorf("on again: %q", got)
		}
		s.run(s.set("DEVENV_CEILING_DIRECTORIES", "/x:"+w.path("c")), s.cd("c/d/e"))
		if got := s.environ()["C"]; got != "" {
			t.Errorf("above the ceiling: %q", got)
		}
		s.run(s.cd("c"))
		if got := s.environ()["C"]; got != "1" {
			t.Errorf("at the ceiling: %q", got)
		}
		if n := s.said(""); n != 0 {
			t.Errorf("%d lines:\n%s", n, s.output())
		}
	})
}

func TestChildShells(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		with := func(path, v string) env.Result {
			r := sets("V", v)
			r.Snapshot.Prepend = map[string][]string{"PATH": {path}}
			r.Snapshot.Enter, r.Snapshot.Leave = "echo enter "+v+" >>"+w.base+"/log", "echo leave "+v+" >>"+w.base+"/log"
			r.Message = "message " + v
			return r
		}
		outer := w.project("o", with("/outer", "outer"))
		inner := w.project("o/i", with("/inner", "inner"))
		other := w.project("x", with("/other", "other"))
		plain := map[string]string{"V": "old", "PATH": "/usr/local/bin:/usr/bin:/bin"}
		environ := func(layers ...env.Layer) map[string]string {
			return environMap(env.Apply(environList(plain), layers...))
		}
		// The child starts where its parent is not: the parent's environment is inherited.
		child := func(reset, where string, layers ...env.Layer) *session {
			vars := environList(environ(outer, inner))
			s := w.start(shell, sessionOptions{vars: vars, rc: reset, after: "cd " + w.path(where)})
			got := map[string]string{}
			all := s.environ()
			for name, value := range all {
				if name == "V" || name == "PATH" || strings.HasPrefix(name, "DEVENV_") {
					got[name] = value
				}
			}
			s.expect("child in "+where, got, environ(layers...))
			return s
		}
		reset := "export PATH=/usr/local/bin:/usr/bin:/bin"
		moved := "export PATH=/usr/local/bin:/outer:/inner:/usr/bin:/bin"
		for name, rc := range map[string]string{"same": "", "reset": reset, "moved": moved} {
			s := child(rc, "o/i", outer, inner)
			if n := s.said("message"); n != 0 {
				t.Errorf("%s: said what the parent said:\n%s", name, s.output())
			}
			s.run("cd /")
			if got := s.environ(); got["V"] != "old" || got["PATH"] != plain["PATH"] || got[env.LayersVar] != "" {
				t.Errorf("%s: outside of it all: %q", name, got)
			}
		}
		child("", "o", outer)
		child("", "x", other)
		child(reset, ".")
		log, _ := os.ReadFile(w.path("log"))
		if string(log) != "enter other\n" {
			t.Errorf("the commands that ran:\n%s", log)
		}
	})
}

func TestCommands(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		r := sets("V", "it's")
		r.Snapshot.Enter = `echo "enter $V $PWD" >>` + w.base + `/log; exit 3`
		r.Snapshot.Leave = `echo "leave $V $PWD" >>` + w.base + `/log`
		w.project("p q", r)
		w.mkdir("p q/sub")
		s := w.start(shell, sessionOptions{})
		s.run(s.cd("p q/sub"), "", s.cd("p q"), "cd /", "")
		dir := w.path("p q")
		if got, want := read(t, w.path("log")), "enter it's "+dir+"\nleave it's "+dir+"\n"; got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
	})
}

// Ctrl-C ends a command that enter runs; what was set stays, and nothing runs again.
func TestInterruptedCommand(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		r := sets("V", "1")
		r.Snapshot.Enter = "echo ran >>" + w.base + "/log; sleep 30"
		w.project("p", r)
		s := w.start(shell, sessionOptions{})
		before := s.environ()
		s.send(s.cd("p"))
		for range 500 {
			if _, err := os.Stat(w.path("log")); err == nil {
				break
			}
			time.Sleep(5 * time.Millisecond)
		}
		time.Sleep(100 * time.Millisecond)
		start := time.Now()
		s.tty.WriteString("\x03")
		// A terminal forgets on Ctrl-C what is typed already.
		for range 100 {
			s.send("true >" + w.path("back"))
			time.Sleep(100 * time.Millisecond)
			if _, err := os.Stat(w.path("back")); err == nil {
				break
			}
		}
		s.run("")
		if time.Since(start) > 10*time.Second {
			t.Error("Ctrl-C did not end the command")
		}
		if got := s.environ()["V"]; got != "1" {
			t.Errorf("V is %q", got)
		}
		if got := read(t, w.path("log")); got != "ran\n" {
			t.Errorf("%q", got)
		}
		s.run("cd /")
		s.expect("outside", s.environ(), before)
	})
}

// A script that was cut short is finished at the next prompt.
func TestInterruptedScript(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		r := sets("A", "1", "B", "2", "C", "3")
		r.Snapshot.Prepend = map[string][]string{"PATH": {"/p"}}
		layer := w.project("p", r)
		s := w.start(shell, sessionOptions{vars: []string{"A=a", "B=2", "C=c"}})
		before := s.environ()
		script := w.tree.Layout.Script(layer.Key, shell)
		whole := read(t, script)
		lines := strings.SplitAfter(whole, "\n")
		stop := "kill -INT $$\n"
		if shell == env.Fish {
			stop = "kill -INT $fish_pid\nsleep 5\n" // a builtin of fish does not wait for signals
		}
		inside := environMap(env.Apply(environList(before), layer))
		for cut := 1; cut < len(lines); cut++ {
			var moving string // whose function the line is in
			for _, line := range lines[:cut] {
				for _, op := range []string{"enter", "leave", "paths"} {
					if strings.Contains(line, "__devenv_"+op+"_") {
						moving = op
					}
				}
			}
			want := map[string]map[string]string{"enter": inside, "leave": before}[moving]
			if want == nil {
				continue
			}
			if moving == "leave" { // the way in has read the whole script
				s.run(s.cd("p"))
			}
			must(t, os.WriteFile(script, []byte(strings.Join(lines[:cut], "")+stop+strings.Join(lines[cut:], "")), 0o600))
			s.run(". " + script)
			s.send(map[string]string{"enter": s.cd("p"), "leave": "cd /"}[moving])
			time.Sleep(100 * time.Millisecond)
			must(t, os.WriteFile(script, []byte(whole), 0o600))
			s.run("", "")
			s.expect(moving+" cut short after "+lines[cut-1], s.environ(), want)
			s.run("cd /")
			s.expect("outside", s.environ(), before)
		}
	})
}

func TestRestOfTheWorld(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		layer := w.project("p", sets("V", "1"))
		w.mkdir("p/gone")
		must(t, os.Symlink(w.path("p"), w.path("link")))
		linked := w.project("link", sets("V", "link"))
		s := w.start(shell, sessionOptions{rc: "true"})
		before := s.environ()
		check := func(what string, layers ...env.Layer) {
			t.Helper()
			s.expect(what, s.environ(), environMap(env.Apply(environList(before), layers...)))
		}
		s.run(s.cd("p/gone"), "rmdir ../gone", "")
		check("deleted directory", layer)
		s.run("cd /")
		check("outside")
		s.run(s.cd("link"))
		check("logical directory", linked)
		s.run(". "+w.path("state/hook/"+string(shell)), "")
		check("hook sourced again", linked)
		s.run("cd /", "")
		check("outside")

		// The record of an environment is gone.
		s.run(s.cd("p"))
		must(t, os.RemoveAll(w.tree.Layout.Env(layer.Key)))
		s.run("cd /", "")
		if got := s.environ(); got[env.LayersVar] != "" || got["V"] != "1" || got[env.OldVar(layer.Key, "V")] != "" {
			t.Errorf("%q", got)
		}
		if s.said("not on record") != 1 {
			t.Error(s.output())
		}
		s.run(s.unset("V"), s.cd("p"))
		check("an environment that is not there")
	})
}

func TestOtherABI(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		w.project("p", sets("V", "1"))
		s := w.start(shell, sessionOptions{})
		before := s.environ()
		s.run(s.cd("p"))
		inside := s.environ()
		w.project("p", sets("V", "2"))
		root, err := w.tree.Layout.Root(w.path("p"))
		must(t, err)
		pointer := root.Pointer(shell)
		must(t, os.WriteFile(pointer, []byte(strings.Replace(read(t, pointer), "'"+ABI+"'", "'999'", 1)), 0o600))
		s.run("", "", "")
		s.expect("inside", s.environ(), inside)
		if n := s.said("restart the shell"); n != 1 {
			t.Errorf("said %d times:\n%s", n, s.output())
		}
		s.run("cd /")
		s.expect("outside", s.environ(), before)
	})
}

func TestDirenv(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		w.project("p", sets("V", "1"))
		w.project("q", sets("V", "2"))
		w.write("q/.envrc", "", 0o600)
		installed := map[env.Shell]string{env.Bash: "_direnv_hook() { :; }", env.Zsh: "_direnv_hook() { :; }", env.Fish: "function __direnv_export_eval; end"}
		s := w.start(shell, sessionOptions{rc: installed[shell]})
		s.run(s.set("DIRENV_DIR", "-"+w.path("p")), s.cd("p"), "")
		if got := s.environ()["V"]; got != "" {
			t.Errorf("beside direnv V is %q", got)
		}
		if n := s.said("stands aside"); n != 1 {
			t.Errorf("said %d times:\n%s", n, s.output())
		}
		s.run(s.unset("DIRENV_DIR"))
		if got := s.environ()["V"]; got != "1" {
			t.Errorf("without direnv V is %q", got)
		}
		s.run(s.cd("q"))
		if got := s.environ()["V"]; got != "" {
			t.Errorf("where direnv will be V is %q", got)
		}
	})
}

func TestReadOnlyVariable(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		if shell == env.Fish {
			return // has no read-only variables of the user's
		}
		w := newWorld(t)
		w.project("p", sets("A", "1", "RO", "2", "Z", "3"))
		s := w.start(shell, sessionOptions{rc: "readonly RO=old; export RO"})
		before := s.environ()
		s.run(s.cd("p"))
		if got := s.environ(); got["A"] != "1" || got["RO"] != "old" || got["Z"] != "3" {
			t.Errorf("%q", got)
		}
		s.run("cd /")
		s.expect("outside", s.environ(), before)
	})
}

// Processes and scripts are not interactive: they inherit, and that is all.
func TestNotInteractive(t *testing.T) {
	everywhere(t, func(t *testing.T, shell env.Shell) {
		w := newWorld(t)
		w.project("p", sets("V", "1"))
		flags := map[env.Shell][]string{env.Bash: {"--norc"}, env.Zsh: {"-f"}, env.Fish: {"--no-config"}}[shell]
		script := "set -e; set -u\n"
		if shell == env.Fish {
			script = ""
		}
		script += "source " + w.path("state/hook/"+string(shell)) + "\ncd " + w.path("p") + "\n/usr/bin/env\n"
		cmd := exec.Command(shellPath(t, shell), append(flags, "-c", script)...)
		out, err := cmd.CombinedOutput()
		if err != nil || strings.Contains(string(out), "__devenv") || strings.Contains("\n"+string(out), "\nV=1") {
			t.Errorf("%v\n%s", err, out)
		}
	})
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
