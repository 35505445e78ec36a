package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/spf13/cobra"

	"devenv/env"
	"devenv/store"
	"devenv/store/namespace"
	"devenv/store/storepath"
)

// nixDir is what a store on disk is below its root, and where it is looked for.
const nixDir = "/nix"

// atNix brings the command line to where the store is at /nix, if what it is going
// to run looks for it there (or asked says so) and this machine's store lies
// elsewhere: it is run once more, in a namespace. Then it has ended, with err.
// Toolchains from their publishers need none of that, and nothing is opened to
// find that out.
func (a *app) atNix(ctx context.Context, layers []env.Layer, argv []string, asked bool) (ended bool, err error) {
	if !asked && !lookForStore(layers, argv) {
		return false, nil
	}
	from, err := a.hiddenNix(ctx)
	if from == "" || err != nil {
		return err != nil, err
	}
	return true, a.again(from)
}

// hiddenNix is the directory of the store that ought to be seen at /nix and is
// not; "" if all is well.
func (a *app) hiddenNix(ctx context.Context) (string, error) {
	st, err := a.stores(ctx, nil)
	if err != nil {
		return "", err
	}
	defer st.close()
	u, err := st.storeURL("")
	if err != nil || u.Kind != store.Local {
		return "", err // a daemon's store is where it belongs
	}
	disk, err := st.disk(ctx, u)
	if err != nil {
		return "", err
	}
	return hidden(disk.Describe())
}

// hidden is the directory of the store at place that ought to be seen at /nix and
// is not; "" if all is well.
func hidden(place store.Place) (string, error) {
	from := filepath.Join(place.Root, nixDir)
	switch {
	case place.Mode == store.System || namespace.There(from, nixDir):
		return "", nil
	case place.Dir != storepath.Default || place.Trees != filepath.Join(from, "store"):
		return "", withHint(fmt.Errorf("%s cannot be shown at %s: its trees are in %s", place.URL(), place.Dir, place.Trees), "use a store with a root: --store local?root=DIR")
	}
	return from, os.MkdirAll(filepath.Join(from, "store"), 0o755)
}

// again runs this very command line where from is at /nix, and ends as it ends.
func (a *app) again(from string) error {
	cwd, err := os.Getwd()
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	a.close()
	return runInside(namespace.Options{From: from, Path: self, Args: os.Args, Env: a.environ, Dir: cwd})
}

// runInside runs a program where the directory o.From is at /nix, and ends as it
// ends.
func runInside(o namespace.Options) error {
	o.To, o.Stdin, o.Stdout, o.Stderr = nixDir, os.Stdin, os.Stdout, os.Stderr
	cmd, err := namespace.Start(o)
	if forbidden, ok := errors.AsType[*namespace.ForbiddenError](err); ok {
		return withHint(err, forbidden.Hint()+" Or have a real /nix: `devenv setup --system`. Toolchains of [tools] and of version files work without.")
	}
	if err != nil {
		return err
	}
	signals := make(chan os.Signal, 4)
	signal.Notify(signals, syscall.SIGTERM, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2) // of a terminal's it hears itself
	go func() {
		for s := range signals {
			cmd.Process.Signal(s) //nolint:errcheck // it may have ended
		}
	}()
	return &silentExit{exitStatus(cmd.Wait())}
}

// exitStatus is the code with which a shell ends for a child that ended so.
func exitStatus(err error) int {
	exit, ok := errors.AsType[*exec.ExitError](err)
	if !ok {
		return map[bool]int{true: exitOK, false: exitFailed}[err == nil]
	}
	if status, ok := exit.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return 128 + int(status.Signal())
	}
	return exit.ExitCode()
}

// lookForStore reports whether an environment or a command names paths in the
// logical store.
func lookForStore(layers []env.Layer, argv []string) bool {
	for _, l := range layers {
		for _, text := range l.Set {
			if namesStore(text) {
				return true
			}
		}
		for _, list := range l.Prepend {
			for _, text := range list {
				if namesStore(text) {
					return true
				}
			}
		}
	}
	return len(argv) > 0 && namesStore(argv[0])
}

// namesStore reports whether text has a path in the logical store, as opposed to
// one in a store below another directory.
func namesStore(text string) bool {
	const store = string(storepath.Default) + "/"
	for rest := text; ; {
		i := strings.Index(rest, store)
		if i < 0 {
			return false
		}
		before := text[:len(text)-len(rest)+i]
		if before == "" || strings.IndexByte("=: \t\n\"'(<", before[len(before)-1]) >= 0 {
			return true
		}
		rest = rest[i+1:]
	}
}

// nixStoreFlag asks for the store at /nix.
func nixStoreFlag(cmd *cobra.Command, to *bool) {
	cmd.Flags().BoolVar(to, "nix-store", false, "have the store at /nix, also where that needs a namespace")
}
