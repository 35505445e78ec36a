package shellhooks

import (
	"fmt"
	"strings"

	"devenv/env"
)

// Layer is the script of an environment. It defines three functions and does
// nothing else, so that a shell reads it once:
//
//	__devenv_enter_<key>   puts the environment on
//	__devenv_leave_<key>   takes it off
//	__devenv_paths_<key>   puts the elements of lists in front again
//
// What is usual stands in them as it is done, since a call costs a shell more
// than all else; the hook's functions do the rest: what was there before, and
// what somebody has changed meanwhile. Variables come sorted, and the commands
// first, so that leave runs while everything is still there.
func (Renderer) Layer(shell env.Shell, l env.Layer) ([]byte, error) {
	s := script{shell: shell}
	for _, v := range l.Settings() {
		s.name(v.Name)
	}
	for _, name := range l.Unsets() {
		s.name(name)
	}
	for _, p := range l.Prefixes() {
		s.name(p.Name)
	}
	s.comment("the environment of " + l.Label)
	for _, part := range []struct {
		name string
		body func(env.Layer)
	}{{"enter", s.enter}, {"leave", s.leave}, {"paths", s.paths}} {
		open, end := "__devenv_%s_%s() {", "}"
		if shell == env.Fish {
			open, end = "function __devenv_%s_%s", "end"
		}
		s.line(open, part.name, l.Key)
		part.body(l)
		s.end()
		s.line("%s", end)
	}
	return s.done("the environment of " + l.Dir)
}

// name refuses what the hooks could not use as a variable's name.
func (s *script) name(name string) {
	for i := range len(name) {
		c := name[i]
		if c != '_' && (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (i == 0 || c < '0' || c > '9') {
			name = ""
			break
		}
	}
	if name == "" && s.err == nil {
		s.err = fmt.Errorf("a variable has a name that shells cannot hold")
	}
}

// enter records first what there is. Until the last step nothing is different,
// so that what Ctrl-C cuts short is simply done again.
func (s *script) enter(l env.Layer) {
	s.commands(l)
	if s.shell == env.Fish {
		s.enterFish(l)
		return
	}
	for _, v := range l.Settings() {
		s.line("[[ -z ${%[1]s+x} ]] || __devenv_keep %[1]s", v.Name)
	}
	for _, name := range l.Unsets() {
		s.line("[[ -z ${%[1]s+x} ]] || __devenv_hide %[1]s", name)
	}
	for _, p := range l.Prefixes() {
		if s.shell == env.Zsh {
			s.line("__devenv_extend %s", p.Name)
		} else {
			s.line("[[ -z ${%[1]s+x} ]] || __devenv_exported %[1]s || __devenv_local_%[2]s_%[1]s=1", p.Name, l.Key)
		}
	}
	// One command: it is done or it is not. The mark in it says so.
	export, rest := `\export`, "${%[1]s+:$%[1]s}"
	if s.shell == env.Zsh {
		export, rest = "__devenv_export", "$__devenv_rest_%s"
	}
	for _, v := range l.Settings() {
		export += " " + v.Name + "=" + s.quote(v.Value)
	}
	for _, p := range l.Prefixes() {
		export += " " + p.Name + "=" + s.quote(strings.Join(p.Elements, ":")) + `"` + fmt.Sprintf(rest, p.Name) + `"`
	}
	s.line(`%s %[2]s="${%[2]s:+$%[2]s:}%[3]s" || :`, export, env.LayersVar, l.Key)
}

// leave is done in steps, each of which is skipped if it is done already. A
// variable of which nothing is on record was not there.
func (s *script) leave(l env.Layer) {
	s.commands(l)
	if s.shell == env.Fish {
		s.leaveFish(l)
		return
	}
	unset := `\unset -v %s || :`
	if s.shell == env.Zsh {
		unset = "__devenv_assign -u %s"
	}
	for _, v := range l.Settings() {
		value := s.quote(v.Value)
		s.line("if [[ -n %s ]]; then __devenv_restore %s %s", posixRecord(l.Key, v.Name), v.Name, value)
		s.line("elif [[ ${%[1]s-} == %[2]s && $__devenv_did != *:%[1]s:* ]]; then %[3]s; fi", v.Name, value, fmt.Sprintf(unset, v.Name))
	}
	for _, name := range l.Unsets() {
		s.line("[[ -z %s ]] || __devenv_show %s", posixRecord(l.Key, name), name)
	}
	for _, p := range l.Prefixes() {
		remove := "__devenv_remove " + p.Name + s.elements(p)
		if s.shell == env.Zsh {
			s.line("%s", remove)
			continue
		}
		s.line("__devenv_v=%s", s.quote(strings.Join(p.Elements, ":")+":"))
		s.line(`if [[ ${%[1]s-} == "$__devenv_v"* && -z ${__devenv_local_%[2]s_%[1]s+x} && $__devenv_did != *:%[1]s:* ]]; then`, p.Name, l.Key)
		s.line(`\export %[1]s="${%[1]s#"$__devenv_v"}" || :; __devenv_did+=%[1]s:`, p.Name)
		s.line("else %s; fi", remove)
	}
}

// posixRecord is not empty if there is an old value of the variable.
func posixRecord(key, name string) string {
	return "${" + env.OldVar(key, name) + "+x}${__devenv_old_" + key + "_" + name + "+x}"
}

func (s *script) paths(l env.Layer) {
	for _, p := range l.Prefixes() {
		s.line("__devenv_front %s%s", p.Name, s.elements(p))
	}
}

// The commands come first: leave runs before anything is undone.
func (s *script) commands(l env.Layer) {
	if l.Enter != "" || l.Leave != "" {
		s.call("commands", l.Dir, l.Enter, l.Leave)
	}
}

// elements are arguments: one for each; to fish their number and the list.
func (s *script) elements(p env.Prefix) string {
	if s.shell == env.Fish {
		return fmt.Sprintf(" %d %s", len(p.Elements), s.quote(strings.Join(p.Elements, ":")))
	}
	text := ""
	for _, element := range p.Elements {
		text += " " + s.quote(element)
	}
	return text
}

// Fish sets one variable at a time: that the record is complete is in its list
// of steps.
func (s *script) enterFish(l env.Layer) {
	s.line("if not contains -- + $__devenv_did")
	for _, v := range l.Settings() {
		s.line("set -q %[1]s; and __devenv_keep %[1]s", v.Name)
	}
	for _, name := range l.Unsets() {
		s.line("set -q %[1]s; and __devenv_hide %[1]s", name)
	}
	for _, p := range l.Prefixes() {
		s.line("__devenv_extend %s", p.Name)
	}
	s.line("set -a __devenv_did +")
	s.line("end")
	for _, v := range l.Settings() {
		s.line("set -gx %s %s", v.Name, s.quote(v.Value))
	}
	for _, p := range l.Prefixes() {
		s.line(`set -gx %s %s"$__devenv_%[1]s_rest"`, p.Name, s.quote(strings.Join(p.Elements, ":")))
	}
}

func (s *script) leaveFish(l env.Layer) {
	record := func(name string) string {
		old := env.OldVar(l.Key, name)
		return "set -q " + old + "; or set -q __devenv_" + old
	}
	for _, v := range l.Settings() {
		value := s.quote(v.Value)
		s.line("if %s", record(v.Name))
		s.line("__devenv_restore %s %s", v.Name, value)
		s.line(`else if test x"$%[1]s" = x%[2]s; and not contains -- %[1]s $__devenv_did`, v.Name, value)
		s.line("set -eg %s", v.Name)
		s.line("end")
	}
	for _, name := range l.Unsets() {
		s.line("__devenv_show %s", name)
	}
	for _, p := range l.Prefixes() {
		s.line("__devenv_remove %s%s", p.Name, s.elements(p))
	}
}
