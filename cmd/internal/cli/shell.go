package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"devenv/env"
)

// interactive chooses the user's shell and starts it so that its own
// configuration is read first and the hook after it. The hook holds the
// environment: its directories are in front again at the first prompt, whatever
// the configuration did to PATH, and what was asked for explicitly stays until
// the shell ends, wherever it goes.
func (a *app) interactive(environ []string) (newEnviron, argv []string, err error) {
	program := a.getenv("SHELL")
	if program == "" {
		program = "bash"
	}
	shell := env.Shell(filepath.Base(program))
	if shell != env.Bash && shell != env.Zsh && shell != env.Fish {
		return environ, []string{program, "-i"}, nil
	}
	hook, err := a.ws.HookFile(shell)
	if err != nil {
		return nil, nil, err
	}
	environ = setVar(environ, "DEVENV_HOLD", "1")
	rc := filepath.Join(a.ws.Layout().State, "develop")
	switch shell {
	case env.Bash:
		err = writeStartup(rc, "bashrc", "if [ -r ~/.bashrc ]; then . ~/.bashrc; fi\n"+frontAgain+". "+shWord(hook)+"\n")
		return environ, []string{program, "--rcfile", filepath.Join(rc, "bashrc"), "-i"}, err
	case env.Zsh:
		if err := writeStartup(rc, ".zshenv", zshStartup(".zshenv")+zshAgain); err != nil {
			return nil, nil, err
		}
		err = writeStartup(rc, ".zshrc", zshStartup(".zshrc")+zshEnd+frontAgain+". "+shWord(hook)+"\n")
		environ = setVar(environ, "DEVENV_ZDOTDIR", a.getenv("ZDOTDIR"))
		return setVar(environ, "ZDOTDIR", rc), []string{program, "-i"}, err
	}
	return environ, []string{program, "-i", "-C", frontAgainFish + "source " + fishWord(hook)}, nil
}

// frontVar holds the directories that a derivation's shell has put in front of
// PATH, until the user's own configuration has been read.
const frontVar = "DEVENV_FRONT"

// These put them in front again, whatever the configuration did to PATH: for
// bash and zsh, and for fish.
const (
	frontAgain = `if [ -n "${` + frontVar + `-}" ]; then
  case $PATH in "$` + frontVar + `":*) ;; *) PATH=$` + frontVar + `:$PATH ;; esac
  unset ` + frontVar + `
fi
`
	frontAgainFish = `if set -q ` + frontVar + `; string match -q -- "$` + frontVar + `:*" (string join : $PATH)
or set -gx PATH (string split : -- $` + frontVar + `) $PATH; set -e ` + frontVar + `; end; `
)

// zshStartup reads the user's own file of that name from where zsh would have
// looked for it, with ZDOTDIR as the user has it; the file may change that.
func zshStartup(name string) string {
	return `__devenv_zdotdir=$ZDOTDIR
if [[ -n $DEVENV_ZDOTDIR ]]; then ZDOTDIR=$DEVENV_ZDOTDIR; else unset ZDOTDIR; fi
if [[ -r ${ZDOTDIR:-$HOME}/` + name + ` ]]; then . "${ZDOTDIR:-$HOME}/` + name + `"; fi
`
}

const (
	// zshAgain lets zsh find our next file.
	zshAgain = `export DEVENV_ZDOTDIR=${ZDOTDIR-} ZDOTDIR=$__devenv_zdotdir
`
	// zshEnd takes our traces away. A system-wide zshrc may have put the history
	// beside our file.
	zshEnd = `if [[ ${HISTFILE-} == $__devenv_zdotdir/* ]]; then HISTFILE=${ZDOTDIR:-$HOME}/${HISTFILE:t}; fi
unset DEVENV_ZDOTDIR __devenv_zdotdir
`
)

// writeStartup keeps a file that a shell reads at its start. It is the same for
// every project: the layers are named in the environment.
func writeStartup(dir, name, text string) error {
	path := filepath.Join(dir, name)
	if old, err := os.ReadFile(path); err == nil && string(old) == text {
		return nil
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	temp := fmt.Sprintf("%s.%d", path, os.Getpid())
	if err := os.WriteFile(temp, []byte(text), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, path)
}

func shWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func fishWord(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
