package cli

import (
	"context"
	"errors"
	"fmt"

	"devenv/resolver/flake"
	"devenv/resolver/flakeref"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
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
	fo := flakeOptions{settings: o.settings}
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
	fo := flakeOptions{settings: o.settings}
	s, err := a.flakes(ctx, &fo)
	if err != nil {
		return nil, err
	}
	var list []chosen
	for _, text := range refs {
		in, err := s.installable(text)
		if err != nil {
			return nil, err
		}
		err = a.evaluateFlake(ctx, s, in.Ref, o, &fo, func(c *called) error {
			found, err := c.derivation(in)
			if err == nil {
				list = append(list, found)
				err = c.world.Flush(ctx, to, found.Path)
			}
			return err
		})
		if err != nil {
			return nil, err
		}
	}
	return list, nil
}

// derivation is the package that a reference names.
func (c *called) derivation(in flakeref.Installable) (chosen, error) {
	v, path, err := c.find(flake.PackagePaths(in, c.system()))
	if err != nil {
		return chosen{}, err
	}
	one := &collector{e: c.evaluation}
	found, err := one.take(v)
	if err != nil {
		return chosen{}, err
	}
	if !found {
		return chosen{}, withHint(fmt.Errorf("flake output '%s' is no derivation", flake.ShowAttrPath(path)), "see what there is: devenv flake show "+in.Ref.String())
	}
	if names := in.Outputs.Names; len(names) > 0 {
		one.list[0].Output = names[0]
	}
	return one.list[0], nil
}
