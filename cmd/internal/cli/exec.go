package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"devenv/env"
)

func newExecCmd(a *app) *cobra.Command {
	var nixStore bool
	cmd := &cobra.Command{
		Use:     "exec [--] COMMAND [ARG...]",
		Aliases: []string{"run", "x"},
		Short:   "Run one command in the environment",
		Long: `Run one command in the environment of the current directory, for shells that never show a
prompt: scripts, editors, cron, CI, agents. The names in [scripts] of devenv.toml are commands too.
The exit code is the command's.

What looks for things in /nix/store finds them there, also where this machine's store lies elsewhere: then the
command has namespaces of its own. With --nix-store it has them in any case.`,
		Example: `  devenv exec -- npm test
  devenv exec -C ~/src/project -- make
  devenv run build                # a name in [scripts]`,
		Args: needs("a COMMAND", "devenv exec -- node --version"),
		RunE: func(cmd *cobra.Command, args []string) error { return runExec(cmd.Context(), a, nixStore, args) },
	}
	cmd.Flags().SetInterspersed(false)
	nixStoreFlag(cmd, &nixStore)
	return cmd
}

func runExec(ctx context.Context, a *app, nixStore bool, args []string) error {
	dir, err := a.dir("")
	if err != nil {
		return err
	}
	layers, environ, err := a.layers(ctx, dir)
	if err != nil {
		return err
	}
	if ended, err := a.atNix(ctx, layers, args, nixStore); ended {
		return err
	}
	return a.exec(dir, environ, args)
}

// enter brings the environment of dir up to date and puts it on the process's
// own environment.
func (a *app) enter(ctx context.Context, dir string) ([]string, error) {
	_, environ, err := a.layers(ctx, dir)
	return environ, err
}

// layers is enter that also says which layers these are, outermost first.
func (a *app) layers(ctx context.Context, dir string) ([]env.Layer, []string, error) {
	ws, err := a.workspace(ctx)
	if err != nil {
		return nil, nil, err
	}
	layers, err := ws.Enter(ctx, dir)
	if err != nil {
		return nil, nil, err
	}
	if len(layers) == 0 {
		a.streams.Notice("nothing is declared in %s or above it: this is the environment as it was", dir)
	}
	return layers, ws.Apply(a.environ, layers), nil
}

// exec replaces the process by a command. It returns only when that cannot be
// done.
func (a *app) exec(dir string, environ, argv []string) error {
	program, err := lookPath(argv[0], dir, environ)
	if err != nil {
		a.streams.Report(err)
		code := 127
		if errors.Is(err, os.ErrPermission) {
			code = 126
		}
		return &silentExit{code}
	}
	a.close()
	if err := os.Chdir(dir); err != nil {
		return err
	}
	environ = setVar(environ, "PWD", dir)
	if err := syscall.Exec(program, argv, environ); err != nil {
		if errors.Is(err, syscall.E2BIG) {
			return withHint(fmt.Errorf("%s: the environment or the arguments are too large for this system", argv[0]),
				"`devenv status` lists the variables of the environment")
		}
		return fmt.Errorf("%s: %w", program, err)
	}
	return nil
}

// lookPath finds a command as a shell in that environment would. exec.LookPath
// reads the process's own PATH, not this one.
func lookPath(name, dir string, environ []string) (string, error) {
	if strings.Contains(name, "/") {
		if !filepath.IsAbs(name) {
			name = filepath.Join(dir, name)
		}
		return name, executable(name)
	}
	path := variables(environ)["PATH"]
	var denied error
	for _, elem := range filepath.SplitList(path) {
		if elem == "" {
			elem = "."
		}
		if !filepath.IsAbs(elem) {
			elem = filepath.Join(dir, elem)
		}
		candidate := filepath.Join(elem, name)
		switch err := executable(candidate); {
		case err == nil:
			return candidate, nil
		case errors.Is(err, os.ErrPermission):
			denied = err
		}
	}
	if denied != nil {
		return "", denied
	}
	return "", withHint(fmt.Errorf("%s: command not found", name), "`devenv list` shows the tools of this directory, `devenv add` adds one")
}

func executable(path string) error {
	info, err := os.Stat(path)
	switch {
	case err != nil:
		return err
	case info.IsDir(), info.Mode()&0o111 == 0:
		return &exec.Error{Name: path, Err: os.ErrPermission}
	}
	return nil
}

func setVar(environ []string, name, value string) []string {
	out := make([]string, 0, len(environ)+1)
	for _, kv := range environ {
		if !strings.HasPrefix(kv, name+"=") {
			out = append(out, kv)
		}
	}
	return append(out, name+"="+value)
}
