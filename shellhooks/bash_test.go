package shellhooks

import (
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"devenv/env"
)

// bashes are the bash on PATH and those that DEVENV_TEST_BASHES names (a list
// like PATH): 3.2 is what macOS has.
func bashes(t *testing.T) []string {
	return append([]string{shellPath(t, env.Bash)}, strings.FieldsFunc(os.Getenv("DEVENV_TEST_BASHES"), func(r rune) bool { return r == ':' })...)
}

func inEachBash(t *testing.T, scenario func(t *testing.T, program string)) {
	for _, program := range bashes(t) {
		t.Run(strings.ReplaceAll(program, "/", "_"), func(t *testing.T) {
			t.Parallel()
			scenario(t, program)
		})
	}
}

func TestBashPromptCommand(t *testing.T) {
	inEachBash(t, func(t *testing.T, program string) {
		old := strings.HasPrefix(bashVersion(t, program), "3.")
		for name, c := range map[string]struct {
			rc, want string
			modern   bool
		}{
			"unset":     {"unset PROMPT_COMMAND", "[__devenv_prompt]", false},
			"empty":     {"PROMPT_COMMAND=", "[__devenv_prompt]", false},
			"string":    {"PROMPT_COMMAND='history -a'", "[__devenv_prompt;history -a]", false},
			"semicolon": {"PROMPT_COMMAND='history -a;'", "[__devenv_prompt;history -a;]", false},
			"newline":   {"PROMPT_COMMAND=$'history -a\\n'", "[__devenv_prompt;history -a\n]", false},
			"exported":  {"export PROMPT_COMMAND='true'", "[__devenv_prompt;true]", false},
			"array":     {"PROMPT_COMMAND=(true 'history -a')", "[__devenv_prompt][true][history -a]", true},
			"there":     {"PROMPT_COMMAND='true; __devenv_prompt'", "[true; __devenv_prompt]", false},
		} {
			if old && c.modern {
				continue
			}
			w := newWorld(t)
			w.project("p", sets("V", "1"))
			s := w.start(env.Bash, sessionOptions{shell: program, rc: c.rc})
			file := s.path("out/pc")
			s.run(". "+s.path("state/hook/bash"), s.cd("p"), `printf '[%s]' "${PROMPT_COMMAND[@]}" >`+file)
			if got := read(t, file); got != c.want {
				t.Errorf("%s: PROMPT_COMMAND is %s, want %s", name, got, c.want)
			}
			got := s.environ()
			if got["V"] != "1" || got["PROMPT_COMMAND"] != "" {
				t.Errorf("%s: %q", name, got)
			}
		}
		w := newWorld(t)
		s := w.start(env.Bash, sessionOptions{shell: program, rc: "readonly PROMPT_COMMAND=true"})
		if s.said("PROMPT_COMMAND is read-only") != 1 {
			t.Error(s.output())
		}
	})
}

func bashVersion(t *testing.T, program string) string {
	out, err := exec.Command(program, "-c", "echo $BASH_VERSION").Output()
	must(t, err)
	return string(out)
}

// The hook works under every option that a user may have set, and the next
// command sees the status of the last one.
func TestBashOptions(t *testing.T) {
	inEachBash(t, func(t *testing.T, program string) {
		old := strings.HasPrefix(bashVersion(t, program), "3.")
		for name, rc := range map[string]string{
			"plain": "", "nounset": "set -u", "errexit": "set -e", "posix": "set -o posix", "noclobber": "set -C", "noglob": "set -f", "xtrace": "exec 9>/dev/null; BASH_XTRACEFD=9; set -x",
			"extdebug": "shopt -s extdebug; trap 'false || true' DEBUG", "functrace": "set -T; trap : DEBUG", "errtrace": "set -E; trap 'touch $HOME/err' ERR",
			"IFS": "IFS=/x1", "aliases": "alias local=false export=false unset=false printf=false return=false command=false declare=false eval=false", "nullglob": "shopt -s nullglob failglob extglob nocasematch",
			"SECONDS": "unset SECONDS",
		} {
			if name == "xtrace" && old {
				continue
			}
			w := newWorld(t)
			r := sets("V", "a b*", "X", "")
			r.Snapshot.Prepend = map[string][]string{"PATH": {"/p q", "/p*"}}
			layer := w.project("p", r, env.Read{Path: ".nvmrc", Kind: env.Absent})
			s := w.start(env.Bash, sessionOptions{shell: program, after: rc, vars: []string{"V=old"}})
			before := s.environ()
			s.run(s.cd("p"))
			s.expect(name, s.environ(), environMap(env.Apply(environList(before), layer)))
			s.run("cd /")
			s.expect(name+" outside", s.environ(), before)
			appear(t, w.write("p/.nvmrc", "", 0o600))
			s.run(s.cd("p"))
			w.events(1)
			if _, err := os.Stat(w.path("home/err")); err == nil {
				t.Errorf("a trap on ERR saw the hook")
			}
			if name == "errexit" {
				continue
			}
			if old && (name == "extdebug" || name == "functrace") {
				continue // the trap itself changes PIPESTATUS there
			}
			file := s.path("out/status")
			s.send("(exit 42) | (exit 7)")
			s.run(`echo $? ${PIPESTATUS[*]} >` + file)
			if got := read(t, file); name != "posix" && !strings.HasPrefix(got, "7 42") {
				t.Errorf("%s: the status is %q", name, got)
			}
		}
	})
}

// Other entries of PROMPT_COMMAND see the status too.
func TestBashStatusForOthers(t *testing.T) {
	w := newWorld(t)
	file := w.path("out/seen")
	s := w.start(env.Bash, sessionOptions{rc: "PROMPT_COMMAND='echo $? >>" + file + "'"})
	s.send("(exit 42)")
	s.run("")
	if got := read(t, file); !strings.Contains(got, "42\n") {
		t.Errorf("%q", got)
	}
	s = w.start(env.Bash, sessionOptions{rc: "PROMPT_COMMAND=('echo $? ${PIPESTATUS[*]} >>" + file + "')"})
	s.send("(exit 41) | (exit 43)")
	s.run("")
	if got := read(t, file); !strings.Contains(got, "43 41 43\n") {
		t.Errorf("%q", got)
	}
}

func TestBashCD(t *testing.T) {
	inEachBash(t, func(t *testing.T, program string) {
		w := newWorld(t)
		w.project("p", sets("V", "1"))
		w.write("n/.nvmrc", "", 0o600)
		s := w.start(env.Bash, sessionOptions{shell: program, rc: "DEVENV_HOOK_CD=1", vars: []string{"V=0"}})
		file := s.path("out/v")
		s.run("{ echo $V; cd p && echo $V; (cd /; echo $V); pushd / && echo $V; popd && echo $V; cd nowhere || echo $?; x=$(cd ../n; echo $V); echo $x; } >" + file + " 2>/dev/null")
		want := "0\n1\n0\n/ " + w.path("p") + "\n0\n" + w.path("p") + "\n1\n1\n0\n"
		if got := read(t, file); got != want {
			t.Errorf("got  %q\nwant %q", got, want)
		}
		w.events(0)
	})
}

// appear makes a new file show in the time of its directory even to a bash that
// compares whole seconds, as 3.2 does.
func appear(t *testing.T, file string) {
	later := time.Now().Add(10 * time.Second)
	must(t, os.Chtimes(filepath.Dir(file), later, later))
}

// The scenario of TestEnterLeave in the other versions.
func TestOtherBashes(t *testing.T) {
	for _, program := range bashes(t)[1:] {
		w := newWorld(t)
		layer := w.project("p", env.Result{Snapshot: hostileSnapshot()}, env.Read{Path: ".nvmrc", Kind: env.Absent})
		inner := w.project("p/i", sets("OVER", "more inner"))
		s := w.start(env.Bash, sessionOptions{shell: program, vars: []string{"OVER=outer\nline '$x'\\", "TO_EMPTY=full", "GONE=was \xff here", "XDG_DATA_DIRS=/a::/b:/a", "WAS_EMPTY="}})
		before := s.environ()
		s.run(s.cd("p"))
		s.expect("inside", s.environ(), environMap(env.Apply(environList(before), layer)))
		s.run(s.cd("p/i"))
		s.expect("inner", s.environ(), environMap(env.Apply(environList(before), layer, inner)))
		appear(t, w.write("p/.nvmrc", "", 0o600))
		s.run("", "", "cd /")
		s.expect("outside", s.environ(), before)
		w.events(1)
	}
}
