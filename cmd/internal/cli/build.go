package cli

import (
	"context"
	"fmt"
	"maps"
	"runtime/debug"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"devenv/resolver/flake"
	"devenv/store"
	"devenv/store/build"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

type buildOptions struct {
	evaluationOptions
	builderOptions
	storeFlags
	attrs      []string
	outLink    string
	noLink     bool
	printPaths bool
	json       bool
}

func newBuildCmd(a *app) *cobra.Command {
	var o buildOptions
	cmd := &cobra.Command{
		Use:   "build [--file FILE | --expr EXPR] [--attr ATTR]... [REF[#ATTR] | DRV]...",
		Short: "Build derivations as Nix builds them",
		Long: `Build what a Nix expression gives, packages of flakes, or derivations that are in the store: with their
inputs, in a sandbox that sees nothing else, and without root. What is in the store already, or in a cache
of nix.conf's substituters, is not built. DRV is the path of a .drv file; DRV^out,dev builds some of its outputs.

On a machine with a Nix daemon whose /nix you may not write the daemon builds. Otherwise what another
machine could build is built there when this one has no place for it: the setting builders names machines,
and /etc/nix/machines.

The result has a link in the current directory, result, that keeps it from gc.`,
		Example: `  devenv build                       # the default package of the flake here
  devenv build .#hello
  devenv build --file . --attr hello
  devenv build --expr 'derivation { … }' --no-link --print-out-paths
  devenv build --file . --attr hello --rebuild --keep-failed
  devenv build --file . --attr hello --builders 'ssh-ng://arm aarch64-linux'
  devenv build /nix/store/…-hello-2.12.drv^out --print-build-logs`,
		Args: func(_ *cobra.Command, args []string) error { return o.check(args) },
		RunE: func(cmd *cobra.Command, args []string) error { return runBuild(cmd.Context(), a, o, args) },
	}
	f := cmd.Flags()
	o.evaluationOptions.addFlags(f)
	o.flake.addLockFlags(f)
	o.addCacheFlag(f)
	f.StringArrayVarP(&o.attrs, "attr", "A", nil, "select `ATTR`, such as a.b.0; once for each")
	f.StringVarP(&o.outLink, "out-link", "o", "result", "link the result to `LINK`, and more to LINK-1, LINK-dev")
	f.BoolVar(&o.noLink, "no-link", false, "make no link")
	f.BoolVar(&o.printPaths, "print-out-paths", false, "print the paths of what was built")
	f.BoolVar(&o.json, "json", false, "print [{drvPath, outputs, startTime, stopTime}]")
	o.builderOptions.addFlags(cmd)
	addStoreFlag(cmd, &o.storeFlags)
	cmd.MarkFlagsMutuallyExclusive("expr", "file")
	cmd.MarkFlagsMutuallyExclusive("no-link", "out-link")
	return cmd
}

func (o *builderOptions) addFlags(cmd *cobra.Command) {
	f := cmd.Flags()
	f.StringVarP(&o.jobs, "max-jobs", "j", "", "build `N` derivations at a time, or auto")
	f.StringVar(&o.builders, "builders", "", "have what this machine cannot, or has no place for, built by `MACHINES`")
	f.IntVar(&o.cores, "cores", 0, "let each of them use `N` processors")
	f.BoolVar(&o.rebuild, "rebuild", false, "build again what is valid, and say how that differs")
	f.BoolVarP(&o.keepGoing, "keep-going", "k", false, "build what can be built after a failure")
	f.BoolVarP(&o.keepFailed, "keep-failed", "K", false, "keep the directories of failed builds")
	f.BoolVarP(&o.logs, "print-build-logs", "L", false, "show what builders print")
}

// check wants something to build.
func (o *buildOptions) check(args []string) error {
	expr := o.expr != "" || o.file != ""
	switch {
	case len(args) == 0 && !expr && len(o.attrs) > 0:
		return withHint(usagef("--attr selects from an expression, and there is none"), "devenv build --file . --attr hello, or devenv build .#hello")
	case len(args) > 0 && expr:
		return usagef("an expression and what arguments name cannot be built at once")
	case len(args) == 0 || len(o.attrs) == 0:
		return nil
	}
	return usagef("--attr selects from an expression, and there is none")
}

func runBuild(ctx context.Context, a *app, o buildOptions, args []string) error {
	if len(args) == 0 && o.expr == "" && o.file == "" {
		args = []string{"."} // the flake here
	}
	settings, err := a.nixSettings(o.evaluationOptions)
	if err != nil {
		return err
	}
	st, err := a.stores(ctx, nil)
	if err != nil {
		return err
	}
	defer st.close()
	o.builderOptions.set(settings)
	st.settings, st.said = settings, o.settings
	s, err := st.open(ctx, o.url)
	if err != nil {
		return err
	}
	b, err := st.maker(ctx, s, o.builderOptions)
	if err != nil {
		return err
	}
	targets, err := a.buildTargets(ctx, s, b, o, args)
	if len(args) == 0 {
		targets, err = a.instantiateTargets(ctx, s, b, o)
	}
	if err != nil {
		return err
	}
	results, err := b.Build(ctx, targets...)
	if err != nil {
		return err
	}
	return o.report(ctx, a, s, results)
}

// buildTargets reads arguments, which name .drv files or packages of flakes.
func (a *app) buildTargets(ctx context.Context, s *anyStore, b maker, o buildOptions, args []string) (all []build.Target, err error) {
	o.world = (&realiser{s, b}).buildsInto
	for _, arg := range args {
		var targets []build.Target
		if isDerivationFile(arg, s.Dir()) {
			targets, err = readTargets(s.Dir(), []string{arg})
		} else {
			var target build.Target
			target, err = a.flakeTargets(ctx, o.evaluationOptions, arg, flake.PackagePaths, written{s})
			targets = []build.Target{target}
		}
		if err != nil {
			return nil, err
		}
		all = append(all, targets...)
	}
	debug.SetGCPercent(100) // evaluations do without
	return all, nil
}

// readTargets reads arguments: PATH.drv, PATH.drv^out,dev, PATH.drv^* and, as
// nix-store has it, PATH.drv!out.
func readTargets(dir storepath.Dir, args []string) (targets []build.Target, err error) {
	for _, arg := range args {
		path, outputs, chosen := strings.Cut(strings.Replace(arg, "!", "^", 1), "^")
		p, err := dir.Parse(path)
		if err != nil || !strings.HasSuffix(p.Name(), derivation.Extension) {
			return nil, withHint(usagef("%s is not a derivation in the store", arg), "write the path of a .drv file, or name an expression: --file FILE --attr ATTR")
		}
		t := build.Target{Drv: p}
		if chosen && outputs != "*" {
			t.Outputs = strings.Split(outputs, ",")
		}
		targets = append(targets, t)
	}
	return targets, nil
}

// instantiateTargets writes the derivations of an expression into the store.
func (a *app) instantiateTargets(ctx context.Context, s *anyStore, b maker, o buildOptions) (targets []build.Target, err error) {
	o.world = (&realiser{s, b}).buildsInto
	list, err := a.askDerivations(ctx, o.evaluationOptions, o.attrs, written{s})
	for _, c := range list {
		targets = append(targets, build.Target{Drv: c.Path, Outputs: []string{c.Output}})
	}
	debug.SetGCPercent(100) // evaluations do without
	return targets, err
}

// report makes the links and prints what was asked for.
func (o *buildOptions) report(ctx context.Context, a *app, s *anyStore, results []build.Result) error {
	cwd, err := a.dir("")
	if err != nil {
		return err
	}
	link := !o.noLink && s.kind != store.SSH
	if link != !o.noLink {
		a.streams.Notice("there is no link to what was built: it is on another machine")
	}
	for i, r := range results {
		for _, name := range slices.Sorted(maps.Keys(r.Outputs)) {
			place := absolute(o.outLink, cwd)
			if i > 0 {
				place += fmt.Sprintf("-%d", i)
			}
			if name != "out" {
				place += "-" + name
			}
			if link {
				if err := s.keep(ctx, place, r.Outputs[name]); err != nil {
					return err
				}
			}
			if o.printPaths && !o.json {
				a.streams.Printf("%s\n", s.Dir().Join(r.Outputs[name]))
			}
		}
	}
	if o.json {
		return a.streams.JSON(jsonResults(s.Dir(), results))
	}
	return nil
}

// jsonResult is a result as "nix build --json" prints it.
type jsonResult struct {
	Drv     string            `json:"drvPath"`
	Outputs map[string]string `json:"outputs"`
	Start   int64             `json:"startTime,omitempty"` // seconds since 1970, if it was built now
	Stop    int64             `json:"stopTime,omitempty"`
}

func jsonResults(dir storepath.Dir, results []build.Result) []jsonResult {
	list := []jsonResult{}
	for _, r := range results {
		one := jsonResult{Drv: dir.Join(r.Drv), Outputs: map[string]string{}}
		for name, p := range r.Outputs {
			one.Outputs[name] = dir.Join(p)
		}
		if !r.Start.IsZero() {
			one.Start, one.Stop = r.Start.Unix(), r.Stop.Unix()
		}
		list = append(list, one)
	}
	return list
}
