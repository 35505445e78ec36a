package cli

import (
	"context"
	"errors"
	"fmt"
	"runtime/debug"
	"slices"

	"github.com/spf13/cobra"

	"devenv/env/devshell"
	"devenv/resolver/flake"
	"devenv/store"
	"devenv/store/build"
	"devenv/store/storepath"
)

// shellOptions say which derivation's shell is meant.
type shellOptions struct {
	evaluationOptions
	builder builderOptions
	store   storeFlags
	attr    string
}

func (o *shellOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	o.evaluationOptions.addFlags(f)
	o.addCacheFlag(f)
	o.flake.addLockFlags(f)
	f.StringVarP(&o.attr, "attr", "A", "", "select `ATTR`, such as a.b.0")
	f.BoolVarP(&o.builder.logs, "print-build-logs", "L", false, "show what builders print")
	addStoreFlag(cmd, &o.store)
	cmd.MarkFlagsMutuallyExclusive("expr", "file")
}

// wanted reports whether an expression is named.
func (o *shellOptions) wanted() bool { return o.expr != "" || o.file != "" }

// shellPlace is a captured shell and the store that it is in.
type shellPlace struct {
	*devshell.Captured
	place store.Place
}

// captureShell builds what the shell needs, and its state.
func (a *app) captureShell(ctx context.Context, o shellOptions, args []string) (shell shellPlace, err error) {
	o.impure = o.impure || o.file != "" // as Nix has it
	settings, err := a.nixSettings(o.evaluationOptions)
	if err != nil {
		return shell, err
	}
	st, err := a.stores(ctx, nil)
	if err != nil {
		return shell, err
	}
	defer st.close()
	o.builder.set(settings)
	st.settings, st.said = settings, o.settings
	s, err := st.open(ctx, o.store.url)
	if err != nil {
		return shell, err
	}
	from, err := shell.foundIn(s)
	if err != nil {
		return shell, err
	}
	b, err := st.maker(ctx, s, o.builder)
	if err != nil {
		return shell, err
	}
	var drv storepath.Path
	switch {
	case len(args) > 0 && isDerivationFile(args[0], s.Dir()):
		drv, err = readShellArgument(s.Dir(), args[0])
	case len(args) > 0:
		o.world = (&realiser{s, b}).buildsInto
		var target build.Target
		target, err = a.flakeTargets(ctx, o.evaluationOptions, args[0], flake.ShellPaths, written{s})
		drv = target.Drv
		debug.SetGCPercent(100) // evaluations do without
	default:
		drv, err = a.instantiateShell(ctx, s, b, o)
	}
	if err != nil {
		return shell, err
	}
	shell.Captured, err = devshell.Capture(ctx, from, buildAll(b), drv)
	return shell, err
}

// foundIn notes where the shell will be, and returns what it is captured in: a
// store on this machine's disk, or that of this machine's daemon, which is at its
// place.
func (s *shellPlace) foundIn(opened *anyStore) (devshell.Store, error) {
	if d, ok := opened.both.(*daemonStore); ok && opened.kind == store.Daemon {
		s.place = store.Place{Mode: store.System, Root: "/", Dir: d.Dir(), Trees: string(d.Dir())}
		return readable{d}, nil
	}
	disk, err := opened.onDisk("give a shell")
	if err != nil {
		return nil, err
	}
	s.place = disk.Describe()
	return disk, nil
}

// readable is a daemon's store whose files are on this machine.
type readable struct{ *daemonStore }

// Real is store.Store's.
func (r readable) Real(p storepath.Path) string { return r.Dir().Join(p) }

// readShellArgument reads the path of a .drv file.
func readShellArgument(dir storepath.Dir, arg string) (storepath.Path, error) {
	targets, err := readTargets(dir, []string{arg})
	switch {
	case err != nil:
		return storepath.Path{}, err
	case targets[0].Outputs != nil:
		return storepath.Path{}, usagef("%s: a shell is one of a derivation, not of its outputs", arg)
	}
	return targets[0].Drv, nil
}

// instantiateShell writes the one derivation of an expression into the store.
func (a *app) instantiateShell(ctx context.Context, s *anyStore, b maker, o shellOptions) (drv storepath.Path, err error) {
	o.world = (&realiser{s, b}).buildsInto
	list, err := a.askDerivations(ctx, o.evaluationOptions, []string{o.attr}, written{s})
	debug.SetGCPercent(100) // evaluations do without
	if err != nil {
		return drv, err
	}
	list = slices.CompactFunc(list, func(a, b chosen) bool { return a.Path == b.Path })
	switch len(list) {
	case 0:
		return drv, withHint(errors.New("the expression has no derivation, and a shell is that of one"), "select one: --attr ATTR")
	case 1:
		return list[0].Path, nil
	}
	return drv, withHint(fmt.Errorf("the expression has %d derivations (%s, %s, …), and a shell is that of one", len(list), drvName(list[0].Path), drvName(list[1].Path)), "select one: --attr ATTR")
}

// buildAll builds all outputs of one derivation.
func buildAll(b maker) devshell.Build {
	return func(ctx context.Context, drv storepath.Path) (map[string]storepath.Path, error) {
		results, err := b.Build(ctx, build.Target{Drv: drv})
		if err != nil {
			return nil, err
		}
		return results[0].Outputs, nil
	}
}
