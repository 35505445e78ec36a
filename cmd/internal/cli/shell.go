package cli

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"devenv/env"
)

// interactive chooses the user's shell and starts it so that its own
// configuration is read first and the environment's directories stand in front
// afterwards, whatever the configuration did to PATH. The hook stays out of
// this shell: what was asked for explicitly stays until the shell ends.
func (a *app) interactive(environ []string) (newEnviron, argv []string, err error) {
	environ = setVar(environ, "DEVENV_OFF", "1")
	program := a.getenv("SHELL")
	name := filepath.Base(program)
	if program == "" {
		program, name = "bash", "bash"
	}
	rc := filepath.Join(a.ws.Layout().State, "develop")
	if err := writeDevelopFiles(rc, a.ws.Layout()); err != nil {
		return nil, nil, err
	}
	switch env.Shell(name) {
	case env.Bash:
		return environ, []string{program, "--rcfile", filepath.Join(rc, "bashrc"), "-i"}, nil
	case env.Zsh:
		environ = setVar(environ, "DEVENV_ZDOTDIR", a.getenv("ZDOTDIR"))
		return setVar(environ, "ZDOTDIR", rc), []string{program, "-i"}, nil
	case env.Fish:
		return environ, []string{program, "-i", "-C", "source " + fishWord(filepath.Join(rc, "config.fish"))}, nil
	}
	return environ, []string{program, "-i"}, nil
}

// writeDevelopFiles keeps the few files that start the three shells. They are
// the same for every project: the layers are named in the environment.
func writeDevelopFiles(dir string, layout env.Layout) error {
	envs := filepath.Dir(layout.Env("x"))
	files := map[string]string{
		"bashrc": `[ -r ~/.bashrc ] && . ~/.bashrc
__devenv_reassert() {
  local IFS=: key
  for key in $DEVENV_LAYERS; do . ` + shWord(envs) + `/"$key"/bash paths; done
}
__devenv_reassert; unset -f __devenv_reassert
`,
		".zshenv": zshStartup("zshenv"),
		".zshrc": zshStartup("zshrc") + `() {
  emulate -L zsh
  local key
  for key in ${(s.:.)DEVENV_LAYERS}; do . ` + shWord(envs) + `/$key/zsh paths; done
}
if [[ -n $DEVENV_ZDOTDIR ]]; then export ZDOTDIR=$DEVENV_ZDOTDIR; else unset ZDOTDIR; fi
unset DEVENV_ZDOTDIR
`,
		"config.fish": `for key in (string split : -- $DEVENV_LAYERS)
    source ` + fishWord(envs) + `/$key/fish paths
end
`,
	}
	if err := os.MkdirAll(dir, 0o700); err != nil {
		return err
	}
	for name, text := range files {
		path := filepath.Join(dir, name)
		if old, err := os.ReadFile(path); err == nil && string(old) == text {
			continue
		}
		if err := os.WriteFile(path+".new", []byte(text), 0o600); err != nil {
			return err
		}
		if err := os.Rename(path+".new", path); err != nil {
			return err
		}
	}
	return nil
}

// zshStartup reads the user's own file of that name from where zsh would have
// looked for it, with ZDOTDIR as the user has it.
func zshStartup(name string) string {
	return fmt.Sprintf(`__devenv_zdotdir=$ZDOTDIR
ZDOTDIR=${DEVENV_ZDOTDIR:-$HOME}
[[ -r $ZDOTDIR/.%[1]s ]] && . $ZDOTDIR/.%[1]s
ZDOTDIR=$__devenv_zdotdir; unset __devenv_zdotdir
`, name)
}

func shWord(s string) string { return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'" }

func fishWord(s string) string {
	return "'" + strings.NewReplacer(`\`, `\\`, "'", `\'`).Replace(s) + "'"
}
