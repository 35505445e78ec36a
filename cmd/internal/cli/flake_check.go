package cli

import (
	"context"
	"errors"
	"slices"
	"strings"

	"github.com/spf13/cobra"

	"devenv/resolver/flake"
	"devenv/resolver/nixlang/host"
	"devenv/store/build"
	"devenv/store/storepath"
)

type flakeCheckOptions struct {
	flakeOptions
	evaluation evaluationOptions
	storeFlags
	noBuild, allSystems, keepGoing bool
}

func newFlakeCheckCmd(a *app) *cobra.Command {
	var o flakeCheckOptions
	cmd := &cobra.Command{
		Use:   "check [REF]",
		Short: "Evaluate all that a flake has, and build its checks",
		Long: `Hold that the outputs of a flake are what their names say: packages are derivations, apps have a program,
templates a path, … Then build what is in checks for this system.`,
		Example: "  devenv flake check\n  devenv flake check --no-build --all-systems github:owner/repo",
		Args:    atMost(1),
		RunE:    func(cmd *cobra.Command, args []string) error { return runFlakeCheck(cmd.Context(), a, &o, first(args)) },
	}
	o.flakeOptions.addFlags(cmd.Flags())
	f := cmd.Flags()
	f.BoolVar(&o.noBuild, "no-build", false, "build no checks")
	f.BoolVar(&o.allSystems, "all-systems", false, "evaluate what is for other systems as well")
	f.BoolVar(&o.keepGoing, "keep-going", false, "tell of all that is wrong")
	f.BoolVar(&o.evaluation.impure, "impure", false, "show the environment, the clock and the system to the flake")
	f.BoolVar(&o.evaluation.trace, "show-trace", false, "show all that led to an error")
	addStoreFlag(cmd, &o.storeFlags)
	return cmd
}

func runFlakeCheck(ctx context.Context, a *app, o *flakeCheckOptions, text string) error {
	s, err := a.flakes(ctx, &o.flakeOptions)
	if err != nil {
		return err
	}
	ref, err := s.ref(text)
	if err != nil {
		return err
	}
	st, err := a.stores(ctx, nil)
	if err != nil {
		return err
	}
	defer st.close()
	to, err := st.open(ctx, o.url)
	if err != nil {
		return err
	}
	b, err := st.maker(ctx, to, builderOptions{keepGoing: o.keepGoing})
	if err != nil {
		return err
	}
	if !o.noBuild {
		o.evaluation.world = (&realiser{to, b}).buildsInto
	}
	var targets []build.Target
	err = a.evaluateFlake(ctx, s, ref, o.evaluation, &o.flakeOptions, func(c *called) error {
		targets, err = o.check(ctx, c, to)
		return err
	})
	if err != nil || o.noBuild || len(targets) == 0 {
		return err
	}
	_, err = b.Build(ctx, targets...)
	return err
}

// check evaluates, and returns what is to be built.
func (o *flakeCheckOptions) check(ctx context.Context, c *called, to *anyStore) ([]build.Target, error) {
	streams := c.flakes.a.streams
	result, err := flake.Check(c.Evaluator, c.outputs, flake.CheckOptions{
		System: c.system(), AllSystems: o.allSystems, KeepGoing: o.keepGoing,
		Exists: func(path string) bool { _, err := c.world.Lstat(path); return err == nil },
		Notice: func(text string) { streams.Notice("%s", text) },
	})
	if err != nil {
		return nil, err
	}
	if len(result.Omitted) > 0 {
		streams.Notice("not looked at: what is for %s (--all-systems)", strings.Join(result.Omitted, ", "))
	}
	if len(result.Errors) > 0 {
		for i, err := range result.Errors {
			result.Errors[i] = explained(err, o.evaluation.trace)
		}
		return nil, errors.Join(result.Errors...)
	}
	if o.noBuild {
		return nil, nil
	}
	var drvs []storepath.Path
	var targets []build.Target
	for _, text := range result.Checks {
		p, err := storepath.Dir(c.world.StoreDir()).Parse(text)
		if err != nil {
			return nil, err
		}
		if !slices.Contains(drvs, p) {
			drvs = append(drvs, p)
			targets = append(targets, build.Target{Drv: p})
		}
	}
	var written host.Store = written{to}
	return targets, c.world.Flush(ctx, written, drvs...)
}
