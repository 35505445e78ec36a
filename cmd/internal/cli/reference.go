package cli

import (
	"context"
	"errors"
	"fmt"
	"os"
	"strings"

	"devenv/resolver/flake"
	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
	"devenv/store/build"
	"devenv/store/derivation"
	"devenv/store/storepath"
)

// called is a flake whose outputs are being evaluated.
type called struct {
	*evaluation
	flakes  *flakes
	flake   *flake.Locked
	value   *eval.Value // the flake itself
	outputs *eval.Value
}

// evaluateFlake locks a flake and has its outputs evaluated, purely unless
// o.impure.
func (a *app) evaluateFlake(ctx context.Context, s *flakes, ref flakeref.Ref, o evaluationOptions, fo *flakeOptions, f func(c *called) error) error {
	l, err := s.lockedRef(ctx, ref, fo)
	if err != nil {
		return err
	}
	return a.evaluate(ctx, s.inFlake(o), func(e *evaluation) error {
		c := &called{evaluation: e, flakes: s, flake: l}
		if c.value, err = s.Call(ctx, e.Evaluator, e.world, l); err != nil {
			return err
		}
		c.outputs = e.Lazy(func() (*eval.Value, error) { return e.Attr(c.value, "outputs") })
		return s.local(f(c))
	})
}

// local has an error speak of the files that the user works on, and not of the
// places in the store that their trees would have.
func (s *flakes) local(err error) error {
	var e *eval.Error
	if !errors.As(err, &e) {
		return err
	}
	e.Pos.File = s.Local(e.Pos.File)
	for _, frames := range [][]eval.Frame{e.Trace, e.Cycle} {
		for i := range frames {
			frames[i].File = s.Local(frames[i].File)
		}
	}
	return err
}

// inFlake are options of an evaluation that sees nothing but inputs.
func (s *flakes) inFlake(o evaluationOptions) evaluationOptions {
	o.features = append([]string{"flakes", "fetch-tree"}, o.features...)
	before := o.world
	o.world = func(w *host.Options) {
		if before != nil {
			before(w)
		}
		if !o.impure {
			w.Mode = host.Pure
		}
	}
	o.flakes = s
	return o
}

// installable reads REF#ATTR.
func (s *flakes) installable(text string) (flakeref.Installable, error) {
	in, err := flakeref.ParseInstallable(text, s.refOptions())
	if err != nil {
		return in, &usageError{err}
	}
	return in, nil
}

// find returns the first of some attributes that the flake has.
func (c *called) find(paths flake.Paths) (*eval.Value, []string, error) {
	return flake.Find(c.Evaluator, c.outputs, c.flake.Original.String(), paths)
}

// system is the one that outputs are looked for.
func (e *evaluation) system() string { return e.opts.System }

// runEvalReference is runEval of an output of a flake.
func runEvalReference(ctx context.Context, a *app, o evalOptions, text string) error {
	fo := o.flake
	fo.settings = o.settings
	s, err := a.flakes(ctx, &fo)
	if err != nil {
		return err
	}
	in, err := s.installable(text)
	if err != nil {
		return err
	}
	return a.evaluateFlake(ctx, s, in.Ref, o.evaluationOptions, &fo, func(c *called) error {
		v, _, err := c.find(flake.PackagePaths(in, c.system()))
		if err == nil && o.attr != "" {
			v, err = c.Select(v, o.attr, nil)
		}
		if err == nil && o.apply != "" {
			v, err = c.apply(o.apply, v)
		}
		if err != nil {
			return err
		}
		printed, err := o.print(c.evaluation, v)
		if err == nil {
			a.streams.Printf("%s", printed)
		}
		return err
	})
}

// flakeDerivations are the packages that references name; they are in the store
// then.
func (a *app) flakeDerivations(ctx context.Context, o evaluationOptions, refs []string, to host.Store) ([]chosen, error) {
	var list []chosen
	for _, text := range refs {
		targets, err := a.flakeTargets(ctx, o, text, flake.PackagePaths, to)
		if err != nil {
			return nil, err
		}
		c := chosen{Path: targets.Drv, Output: "out"}
		if len(targets.Outputs) > 0 {
			c.Output = targets.Outputs[0]
		}
		list = append(list, c)
	}
	return list, nil
}

// flakeTargets is the derivation that a reference names, and the outputs of it
// that are meant; paths says where it is looked for. It is in the store then.
func (a *app) flakeTargets(ctx context.Context, o evaluationOptions, text string, paths func(in flakeref.Installable, system string) flake.Paths, to host.Store) (target build.Target, err error) {
	fo := o.flake
	fo.settings = o.settings
	s, err := a.flakes(ctx, &fo)
	if err != nil {
		return target, err
	}
	in, err := s.installable(text)
	if err != nil {
		return target, err
	}
	err = a.evaluateFlake(ctx, s, in.Ref, o, &fo, func(c *called) error {
		if target, err = c.target(in, paths(in, c.system())); err != nil {
			return err
		}
		return c.world.Flush(ctx, to, target.Drv)
	})
	return target, err
}

// target is the derivation at the first of some paths.
func (c *called) target(in flakeref.Installable, paths flake.Paths) (build.Target, error) {
	v, path, err := c.find(paths)
	if err != nil {
		return build.Target{}, err
	}
	one := &collector{e: c.evaluation}
	found, err := one.take(v)
	if err != nil {
		return build.Target{}, err
	}
	if !found {
		return build.Target{}, withHint(fmt.Errorf("flake output '%s' is no derivation", flake.ShowAttrPath(path)), "see what there is: devenv flake show "+in.Ref.String())
	}
	target := build.Target{Drv: one.list[0].Path, Outputs: in.Outputs.Names}
	if in.Outputs.All || len(target.Outputs) > 0 {
		return target, nil
	}
	target.Outputs, err = c.installed(v, one.list[0].Output)
	return target, err
}

// installed are the outputs of a derivation that its meta.outputsToInstall
// names, or the one that it is.
func (c *called) installed(v *eval.Value, output string) ([]string, error) {
	for _, name := range []string{"meta", "outputsToInstall"} {
		attr, err := c.Attr(v, name)
		if err != nil {
			return nil, err
		}
		if attr == nil {
			return []string{output}, nil
		}
		v = attr
	}
	elems, err := c.ToList(v)
	var names []string
	for i := 0; i < len(elems) && err == nil; i++ {
		var name string
		name, _, err = c.ToString(elems[i])
		names = append(names, name)
	}
	return names, err
}

// isDerivationFile reports whether an argument names a .drv file, perhaps with
// outputs, or at least something in a store, and not a flake's package.
func isDerivationFile(arg string, dir storepath.Dir) bool {
	path, _, _ := strings.Cut(strings.Replace(arg, "!", "^", 1), "^")
	target, _ := os.Readlink(path)
	return strings.HasSuffix(path, derivation.Extension) || strings.HasPrefix(target, string(dir)+"/")
}
