package devshell

import (
	"maps"
	"slices"
	"strings"
)

// MaxExported is how many bytes a variable in the environment of a command may
// have on Linux, with its name and the two bytes around its value.
const MaxExported = 128 << 10

// UserScript is [Shell.Script] for a person's own commands. Everything is
// there for shellHook, but of what only a build wants nothing is exported, and
// TMPDIR, SHELL and their like stay the person's. What shellHook exports is.
func (s *Shell) UserScript(outputs string) []byte {
	w := &scriptWriter{shell: s, paths: s.outputPaths(outputs)}
	w.line("unset shellHook")
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		switch {
		case machines()[name] || bashs()[name] || slices.Contains(searchPaths, name):
			continue
		case s.Variables[name].Kind == Exported && !s.reachesUsers(name):
			w.variable(name, false)
			w.line("export -n " + name)
		default:
			w.variable(name, s.Variables[name].Kind == Exported)
		}
	}
	w.functions()
	w.prepend("PATH", "")
	w.prepend("XDG_DATA_DIRS", "/usr/local/share:/usr/share")
	w.line(`eval "${shellHook:-}"`)
	return w.text.Bytes()
}

// TooLarge returns the exported variables that are too large for the environment
// of a command, sorted.
func (s *Shell) TooLarge() (names []string) {
	for _, name := range slices.Sorted(maps.Keys(s.Variables)) {
		if v := s.Variables[name]; v.Kind == Exported && v.tooLarge(name) {
			names = append(names, name)
		}
	}
	return names
}

func (v *Variable) tooLarge(name string) bool { return len(name)+len(v.Value)+2 > MaxExported }

// reachesUsers reports whether an exported variable is for a person's commands.
func (s *Shell) reachesUsers(name string) bool {
	v := s.Variables[name]
	return !isNoise(name) && !v.tooLarge(name) && !slices.Contains(strings.Fields(s.Lookup("outputs")), name)
}

// prepend puts the directories of a search path before those that are there, or
// before those that count where there are none.
func (w *scriptWriter) prepend(name, absent string) {
	var dirs []string
	for dir := range strings.SplitSeq(w.shell.Lookup(name), ":") {
		if dir != "" && dir != "/path-not-set" { // what builders have by default
			dirs = append(dirs, dir)
		}
	}
	if len(dirs) == 0 {
		return
	}
	words := w.quote(strings.Join(dirs, ":"))
	if absent == "" {
		w.line("export " + name + "=" + words + "${" + name + ":+:$" + name + "}")
	} else {
		w.line("export " + name + "=" + words + ":${" + name + ":-" + absent + "}")
	}
}

// bashs are variables that bash keeps itself, and those that say which shell a
// person has.
var bashs = set("BASH", "HOSTTYPE", "IFS", "LINENO", "MACHTYPE", "OLDPWD", "OPTERR", "OPTIND", "OSTYPE", "PS1", "PS2", "PS3", "PS4", "SHELL")
