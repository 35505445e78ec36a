package main

import (
	"testing"

	"devenv/env"
)

// `devenv develop` starts the user's own shell with its own rc file, and what
// was asked for stays in front: behind an rc file that sets PATH anew, and
// wherever the shell goes.
func TestDevelopInteractive(t *testing.T) {
	reset := map[env.Shell]string{
		env.Bash: "export PATH=/usr/bin:/bin FROM_RC=1\n",
		env.Zsh:  "export PATH=/usr/bin:/bin FROM_RC=1\n",
		env.Fish: "set -gx PATH /usr/bin /bin; set -gx FROM_RC 1\n",
	}
	everywhere(t, func(t *testing.T, shell env.Shell) {
		m, _ := newFakeMachine(t, 0)
		app := m.write("src/app/devenv.toml", "[tools]\nnode = \"24\"\n[env]\nCOLOUR = \"blue\"\n")
		other := m.write("src/other/.nvmrc", "20\n")
		m.devenv(app, "allow").ok()
		m.devenv(other, "wait").ok()
		program := need(t, string(shell))
		m.vars["SHELL"] = program
		m.rc(shell, reset[shell])
		for _, installed := range []bool{false, true} {
			if installed {
				m.devenv(app, "setup", string(shell)).ok()
			}
			s := m.openWith(shell, m.program, "develop", "-C", app)
			s.expect("pwd", app)
			s.expect("node --version", `v24\.3\.0 --version`)
			s.expect("printenv FROM_RC", "1")
			s.expect("printenv COLOUR", "blue")
			s.run("cd /")
			s.expect("node --version", `v24\.3\.0 --version`)
			s.cd(other)
			s.expect("node --version", `v24\.3\.0 --version`)
			if said := s.said(); len(said) > 0 {
				t.Errorf("nothing is to be said: %q", said)
			}
			// A shell in it reads the rc file, with the hook by now, and holds too.
			if installed {
				s.run(program)
				s.expect("node --version", `v24\.3\.0 --version`)
				s.run("exit")
			}
		}
	})
}

// zsh finds its files through ZDOTDIR, which ~/.zshenv may set; develop borrows
// that variable and gives it back.
func TestDevelopKeepsZDOTDIR(t *testing.T) {
	t.Parallel()
	zsh := need(t, "zsh")
	m, _ := newFakeMachine(t, 0)
	m.vars["SHELL"] = zsh
	app := m.write("src/app/.nvmrc", "24\n")
	m.devenv(app, "wait").ok()
	m.write("home/.zshenv", "ZDOTDIR=$HOME/.zsh\n")
	m.write("home/.zsh/.zshrc", "PS1='> '; unsetopt zle; FROM=$ZDOTDIR\n")
	s := m.openWith(env.Zsh, m.program, "develop", "-C", app)
	s.expect("node --version", `v24\.3\.0 --version`)
	s.expect(`echo "$FROM $ZDOTDIR ${DEVENV_ZDOTDIR-none}"`, m.path("home/.zsh")+" "+m.path("home/.zsh")+" none")
}
