package shellhooks

import (
	"strings"
	"testing"

	"devenv/env"
)

func TestZshOptions(t *testing.T) {
	for name, rc := range map[string]string{
		"ksh": "setopt ksh_arrays sh_word_split", "strict": "setopt no_unset warn_create_global warn_nested_var", "glob": "setopt glob_subst null_glob extended_glob rc_expand_param",
		"sh": "emulate sh", "errors": "setopt err_return", "aliases": "alias local=false typeset=false unset=false print=false -g V=W", "exported": "setopt all_export", "unique": "typeset -U path", "cd": "setopt auto_cd auto_pushd chase_links cdable_vars",
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			w := newWorld(t)
			r := sets("VAR", "a b*", "X", "")
			r.Snapshot.Prepend = map[string][]string{"PATH": {"/p q", "/p*"}}
			layer := w.project("p", r, env.Read{Path: ".nvmrc", Kind: env.Absent})
			s := w.start(env.Zsh, sessionOptions{rc: rc, vars: []string{"VAR=old"}})
			s.run(". "+w.path("state/hook/zsh"), "")
			before := s.environ()
			s.run(s.cd("p"))
			s.expect("inside", s.environ(), environMap(env.Apply(environList(before), layer)))
			s.run("cd /")
			s.expect("outside", s.environ(), before)
			w.write("p/.nvmrc", "", 0o600)
			s.run(s.cd("p"))
			w.events(1)
			file := s.path("out/functions")
			s.run(`echo $? "${precmd_functions[@]}" "${chpwd_functions[@]}" >` + file)
			if got := read(t, file); got != "0 __devenv_precmd __devenv_chpwd\n" {
				t.Errorf("%q", got)
			}
			s.send("(exit 42) | (exit 7)")
			s.run(`echo $? "${pipestatus[@]}" >` + file)
			if got := read(t, file); !strings.HasPrefix(got, "7") || name != "ksh" && name != "sh" && got != "7 42 7\n" {
				t.Errorf("the status is %q", got)
			}
			if strings.Contains(s.output(), "__devenv_w") || strings.Contains(s.output(), "created globally") {
				t.Errorf("warnings:\n%s", s.output())
			}
		})
	}
}

// On one line, in subshells, while completing.
func TestZshChpwd(t *testing.T) {
	w := newWorld(t)
	r := sets("V", "1")
	r.Message = "hello"
	r.Snapshot.Enter = "echo ran >>" + w.base + "/log"
	w.project("p", r)
	w.write("n/.nvmrc", "", 0o600)
	s := w.start(env.Zsh, sessionOptions{vars: []string{"V=0"}})
	file := s.path("out/v")
	s.run("{ (cd p; echo $V); x=$(cd p; echo $V; cd ../n); echo $x $V } >" + file)
	if got := read(t, file); got != "1\n1 0\n" || s.said("hello") != 0 {
		t.Errorf("%q\n%s", got, s.output())
	}
	s.run("compstate=1; cd p; echo $V >" + file + "; unset compstate; cd ..")
	if got := read(t, file); got != "0\n" {
		t.Errorf("%q", got)
	}
	w.events(0)
	s.run("cd p && echo $V >" + file)
	if got := read(t, file); got != "1\n" || s.said("hello") != 1 || read(t, w.path("log")) != "ran\n" {
		t.Errorf("%q\n%s", got, s.output())
	}
}

// Powerlevel10k's instant prompt is over when its parameter is gone.
func TestZshInstantPrompt(t *testing.T) {
	w := newWorld(t)
	w.write("n/.nvmrc", "", 0o600)
	s := w.start(env.Zsh, sessionOptions{after: "typeset -gi __p9k_instant_prompt_active=1; cd n"})
	s.run("", "")
	if s.said("preparing") != 0 {
		t.Error(s.output())
	}
	s.run("unset __p9k_instant_prompt_active", "")
	if s.said("preparing") != 1 {
		t.Error(s.output())
	}
}
