package cli

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"devenv/env"
	"devenv/env/devshell"
	"devenv/store"
	"devenv/store/namespace"
)

// developShell enters the shell of a derivation, or runs a command there: bash
// gets the environment as a script, and becomes the user's shell or the command.
func (a *app) developShell(ctx context.Context, o developOptions, args []string) error {
	dir, err := a.dir("")
	if err != nil {
		return err
	}
	shell, err := a.captureShell(ctx, o.shellOptions, nil)
	if err != nil {
		return err
	}
	bash, err := a.bashOf(shell, dir)
	if err != nil {
		return err
	}
	// Collectors look for what is in environments.
	environ := setVar(unsetVar(a.environ, env.LayersVar), "NIX_GCROOT", shell.place.Dir.Join(shell.Path))
	r := &shellRun{dir: dir, place: shell.place, bash: bash}
	if o.bash {
		r.text, r.rc = shell.bashText(dir, bash, args)
		r.environ = environ
		return a.runShell(r)
	}
	for _, name := range shell.TooLarge() {
		a.streams.Notice("%s is too large for the environment of a command (%d bytes, and %d are possible): it is not exported",
			name, len(shell.Lookup(name)), devshell.MaxExported)
	}
	r.environ = environ
	text := string(shell.UserScript(filepath.Join(dir, "outputs")))
	if !o.command {
		if r.environ, args, err = a.interactive(environ); err != nil {
			return err
		}
		text = rememberFront(text)
	}
	r.text = []byte(text + execLine(args))
	return a.runShell(r)
}

// rememberFront notes what a script has put in front of PATH.
func rememberFront(script string) string {
	return "__devenv_path=$PATH\n" + script +
		frontVar + "=${PATH%\"$__devenv_path\"}\nexport " + frontVar + "=${" + frontVar + "%:}\n"
}

// bashText is the script for --bash: that of "nix develop". Rc says that it is
// read by an interactive bash.
func (s shellPlace) bashText(dir, bash string, args []string) (text []byte, rc bool) {
	script := s.Script(filepath.Join(dir, "outputs"))
	if len(args) > 0 {
		return append(script, execLine(args)...), false
	}
	var b bytes.Buffer
	b.WriteString("[ -n \"$PS1\" ] && [ -e ~/.bashrc ] && source ~/.bashrc\nshopt -u expand_aliases\n")
	b.Write(script)
	b.WriteString("shopt -s expand_aliases\nexport SHELL=" + devshell.Quote(bash) + "\n")
	return b.Bytes(), true
}

// execLine has bash become a command.
func execLine(args []string) string {
	var words []string
	for _, arg := range args {
		words = append(words, devshell.Quote(arg))
	}
	return "exec " + strings.Join(words, " ") + "\n"
}

// bashOf chooses the bash that reads the script: the one that was captured, if it
// is in the store, or else the user's.
func (a *app) bashOf(shell shellPlace, dir string) (string, error) {
	if _, _, err := shell.place.Dir.ParseInside(shell.Bash); err == nil {
		return shell.Bash, nil
	}
	bash, err := lookPath("bash", dir, a.environ)
	if err != nil {
		bash, err = lookPath("bash", dir, []string{"PATH=/usr/bin:/bin"})
	}
	if err != nil {
		return "", withHint(errors.New("the environment is for bash, and there is none on PATH"), "install bash, or add its directory to PATH")
	}
	return bash, nil
}

// shellRun is a script for bash and where it runs.
type shellRun struct {
	dir     string
	place   store.Place
	bash    string
	text    []byte
	rc      bool // bash stays, and talks to the user
	environ []string
}

// argv is bash's command line when the script is at the path script.
func (r *shellRun) argv(script string) []string {
	if r.rc {
		return []string{r.bash, "--rcfile", script, "-i"}
	}
	return []string{r.bash, script}
}

// runShell turns this process into bash with the script, or, where the store
// is not at its place, waits for a bash that sees it there. It returns only when
// that cannot be done, or with the child's exit code.
func (a *app) runShell(r *shellRun) error {
	from, err := hidden(r.place)
	if err != nil {
		return err
	}
	f, err := os.CreateTemp("", "devenv-develop-")
	if err != nil {
		return err
	}
	defer os.Remove(f.Name())
	defer f.Close()
	if from != "" {
		if err := writeAll(f, r.text); err != nil {
			return err
		}
		a.close()
		return runInside(namespace.Options{From: from, Path: r.bash, Args: r.argv(f.Name()), Env: setVar(r.environ, "PWD", r.dir), Dir: r.dir})
	}
	// The file has no name any more when bash opens it through its descriptor.
	fd := int(f.Fd())
	if err := writeAll(f, append(fmt.Appendf(nil, "exec %d<&-\n", fd), r.text...)); err != nil {
		return err
	}
	if _, err := unix.FcntlInt(uintptr(fd), unix.F_SETFD, 0); err != nil {
		return err
	}
	if err := os.Remove(f.Name()); err != nil {
		return err
	}
	return a.exec(r.dir, r.environ, r.argv(fmt.Sprintf("/dev/fd/%d", fd)))
}

// writeAll writes text and goes back to its beginning.
func writeAll(f *os.File, text []byte) error {
	if _, err := f.Write(text); err != nil {
		return err
	}
	_, err := f.Seek(0, 0)
	return err
}
