package manifest

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
	"sync"
)

var scriptName = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^[A-Za-z0-9_][A-Za-z0-9_.:+-]*$`) })

// reservedWords are read by a shell before it looks for commands.
var reservedWords = strings.Fields(`if then elif else fi do done case esac while until for in function select time coproc
	begin end switch and or not foreach repeat nocorrect always`)

// interpreters are what scripts and hooks themselves are run by.
var interpreters = []string{"sh", "bash", "zsh", "fish", "dash", "env", "devenv"}

// builtins win over commands of the same name in an interactive shell.
var builtins = strings.Fields(`alias bg bind break builtin cd command continue declare dirs disown echo enable eval exec exit
	export false fc fg getopts hash help history jobs kill let local logout popd printf pushd pwd read readonly return set
	shift source suspend test times trap true type typeset ulimit umask unalias unset wait
	abbr argparse contains count emit functions math random string status set_color`)

// script reads one key of [scripts]: sh text, or a table with a description.
func (d *decoder) script(n *node) {
	if !d.scriptNamed(n) {
		return
	}
	s := Script{Name: n.name, At: d.at(n.key)}
	example := fmt.Sprintf(`%s = "npm run build"`, n.name)
	run := n
	if n.isTable() {
		run = nil
		for _, kid := range n.kids {
			switch kid.name {
			case "run":
				run = kid
			case "description":
				s.Description, _ = d.text(kid, `description = "what it does"`)
			default:
				d.unknown(kid, "scripts."+n.name, "run", "description")
			}
		}
		if run == nil {
			d.errorf(n.key, "the script %s has nothing to run", n.name).Fixed(`for example: %s = { run = "npm run build" }`, n.name)
			return
		}
	}
	text, ok := d.text(run, example)
	if ok && strings.TrimSpace(text) == "" {
		d.errorf(run.value, "the script %s has nothing to run", n.name).Fixed("for example: %s", example)
		return
	}
	s.Run = text
	d.m.Scripts = append(d.m.Scripts, s)
}

// scriptNamed checks the name of a script: a file of that name is put on PATH.
func (d *decoder) scriptNamed(n *node) bool {
	switch {
	case !scriptName().MatchString(n.name) || len(n.name) > 255:
		d.errorf(n.key, "%q is no name for a command", n.name).
			Fixed("names are letters, digits and . _ : + -, begin with a letter, a digit or _, and have at most 255 characters")
	case slices.Contains(reservedWords, n.name):
		d.errorf(n.key, "%s is a word of the shell's language and can name no command", n.name).Fixed("choose another name, such as run-%s", n.name)
	case slices.Contains(interpreters, n.name):
		d.errorf(n.key, "a script named %s would run in place of the program that runs scripts", n.name).Fixed("choose another name, such as run-%s", n.name)
	default:
		if slices.Contains(builtins, n.name) {
			d.note(n.key, "typing %s runs the shell's own; this one runs as: devenv exec -- %s", n.name, n.name)
		}
		return true
	}
	return false
}
