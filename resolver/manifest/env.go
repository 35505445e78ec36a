package manifest

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/pelletier/go-toml/v2/unstable"
)

var variableName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`) })

// pathLike are the variables that hold lists of places, separated by colons:
// they are prepended to even when written as one string.
var pathLike = []string{
	"PATH", "MANPATH", "INFOPATH", "XDG_DATA_DIRS", "XDG_CONFIG_DIRS",
	"PKG_CONFIG_PATH", "ACLOCAL_PATH", "CMAKE_PREFIX_PATH",
	"CPATH", "C_INCLUDE_PATH", "CPLUS_INCLUDE_PATH", "LIBRARY_PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH",
	"PYTHONPATH", "NODE_PATH", "PERL5LIB", "CLASSPATH",
}

// shellOwned are variables that bash, zsh or fish keep for themselves: they are
// read-only in one of them, or setting them does something else than storing.
var shellOwned = strings.Fields(`
	PWD OLDPWD SHLVL _ IFS UID EUID GID EGID PPID RANDOM SRANDOM SECONDS LINENO
	BASHOPTS BASHPID BASH_ARGC BASH_ARGV BASH_COMMAND BASH_LINENO BASH_SOURCE BASH_SUBSHELL BASH_VERSINFO BASH_VERSION
	SHELLOPTS DIRSTACK EPOCHREALTIME EPOCHSECONDS FUNCNAME GROUPS HISTCMD PIPESTATUS PROMPT_COMMAND
	PS0 PS1 PS2 PS3 PS4 ZDOTDIR ZSH_VERSION ZSH_SUBSHELL FISH_VERSION fish_pid fish_user_paths
	argv path fpath cdpath manpath mailpath module_path fignore psvar watch prompt status pipestatus
	options functions aliases commands parameters signals history histchars version hostname umask`)

// personal are variables that are the user's; a project may set them, and
// should know what it does.
var personal = []string{"HOME", "USER", "LOGNAME", "SHELL", "TERM", "XDG_CONFIG_HOME", "XDG_STATE_HOME", "XDG_DATA_HOME", "XDG_CACHE_HOME"}

// variable reads one key of [env].
func (d *decoder) variable(n *node) {
	if !d.variableNamed(n) {
		return
	}
	v := Variable{Name: n.name, At: d.at(n.key)}
	var ok bool
	switch {
	case n.isTable():
		v.Unset, ok = d.unset(n)
	case n.kind == unstable.Array:
		v.Elements, ok = d.elements(n)
	default:
		if v.Value, ok = d.scalar(n); ok && slices.Contains(pathLike, n.name) {
			v.Elements, ok = d.splitList(n, v.Value)
			v.Value = ""
		}
	}
	size := len(n.name) + 1 + len(v.Value) + len(strings.Join(v.Elements, ":"))
	if ok && d.passable(n, size) {
		d.m.Env = append(d.m.Env, v)
	}
}

// variableNamed checks the name of a variable.
func (d *decoder) variableNamed(n *node) bool {
	switch {
	case !variableName().MatchString(n.name):
		d.errorf(n.key, "%q is no name of a variable", n.name).Fixed("names are letters, digits and _, and begin with no digit")
		return false
	case strings.HasPrefix(n.name, "DEVENV_") || strings.HasPrefix(n.name, "__devenv"):
		d.errorf(n.key, "%s is one of devenv's own variables", n.name).Fixed("names that begin with DEVENV_ are taken; choose another")
		return false
	case strings.HasPrefix(n.name, "DIRENV_"):
		d.errorf(n.key, "%s is how direnv remembers what it did", n.name).Fixed("names that begin with DIRENV_ are taken; choose another")
		return false
	case slices.Contains(shellOwned, n.name):
		d.errorf(n.key, "%s belongs to the shell: a project cannot set it and put it back", n.name).Fixed("choose another name, or set it in the shell's own start-up file")
		return false
	case slices.Contains(personal, n.name):
		d.note(n.key, "%s is the user's own: programs started here will not find what is theirs", n.name)
	}
	return true
}

// unset reads the table form.
func (d *decoder) unset(n *node) (bool, bool) {
	example := fmt.Sprintf("%s = { unset = true }", n.name)
	set, ok := false, len(n.kids) > 0
	if n.name == "PATH" {
		d.errorf(n.key, "without PATH no command is found").Fixed(`to add to it: PATH = ["./bin"]`)
		return false, false
	}
	for _, kid := range n.kids {
		switch {
		case kid.name != "unset":
			d.unknown(kid, "env."+n.name, "unset")
			ok = false
		case kid.kind != unstable.Bool || kid.text != "true":
			d.wrong(kid, "true", example)
			ok = false
		default:
			set = true
		}
	}
	if len(n.kids) == 0 {
		d.errorf(n.key, "%s is an empty table", n.name).Fixed("to remove the variable: %s", example)
	}
	return set, ok
}

// elements reads the list form.
func (d *decoder) elements(n *node) ([]string, bool) {
	example := fmt.Sprintf(`%s = ["./bin"]`, n.name)
	items := d.strings(n, example)
	ok := len(items) == len(n.kids)
	if len(n.kids) == 0 {
		d.errorf(n.value, "%s is an empty list, which changes nothing", n.name).Fixed("remove the line, or name a directory: %s", example)
		return nil, false
	}
	var all []string
	for _, item := range items {
		ok = d.element(item, item.text) && ok
		all = append(all, item.text)
	}
	return all, ok
}

// splitList reads the one-string form of a variable that is a list.
func (d *decoder) splitList(n *node, value string) ([]string, bool) {
	all := strings.Split(value, ":")
	for _, part := range all {
		if !d.element(n, part) {
			return nil, false
		}
	}
	return all, true
}

// element checks one part of a list.
func (d *decoder) element(n *node, part string) bool {
	switch {
	case part == "":
		d.errorf(n.value, "an empty element of %s would mean the current directory, wherever that is", n.name).Fixed(`write "." for the project's directory`)
	case strings.Contains(part, ":"):
		d.errorf(n.value, "an element of %s contains a colon, which separates elements", n.name).Fixed("write its parts as elements of their own")
	case strings.HasPrefix(part, "~") || strings.Contains(part, "$"):
		d.errorf(n.value, "%q is taken as it is: there is no ~ and no $ in devenv.toml", part).Fixed("write a path that is absolute or relative to the project")
	default:
		return true
	}
	return false
}

// scalar is the text of a value that is no list.
func (d *decoder) scalar(n *node) (string, bool) {
	plain := strings.ReplaceAll(strings.TrimPrefix(n.text, "+"), "_", "")
	switch n.kind {
	case unstable.String:
		return d.text(n, "")
	case unstable.Integer:
		i, _ := strconv.ParseInt(plain, 0, 64) // that it fits was checked with the syntax
		return strconv.FormatInt(i, 10), true
	case unstable.Float:
		return plain, true
	case unstable.Bool:
		return n.text, true
	default:
		d.wrong(n, "a string", fmt.Sprintf("%s = %q", n.name, d.data[n.value.start:n.value.end]))
		return "", false
	}
}
