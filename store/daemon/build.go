package daemon

import (
	"context"
	"fmt"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// BuildMode is what a build is for.
type BuildMode uint8

// The modes, by their numbers in the protocol.
const (
	Normal BuildMode = iota
	Repair           // replace outputs that are damaged; for trusted users
	Check            // build again and compare
)

// Build has the targets built or substituted and returns what became of each, in
// their order. An error is one that concerns no single target. Unless the daemon
// keeps going, targets fail because another did, without a message. The outputs
// are temporary roots until c is closed.
func (c *Client) Build(ctx context.Context, targets []Target, mode BuildMode) (results []Result, err error) {
	if err := checkTargets(targets); err != nil {
		return nil, err
	}
	err = c.call(ctx, building(targets), opBuildPathsWithResults,
		func(e *encoder) { e.targets(targets); e.U64(uint64(mode)) },
		func(d *decoder) {
			byText := map[string]Result{}
			for range d.Count(64) {
				r := d.result(d.target())
				if d.Err() != nil {
					return
				}
				byText[r.Target.String()] = r
			}
			results = d.inOrder(targets, byText)
		})
	if err != nil {
		return nil, err
	}
	return results, c.holdOutputs(ctx, results...)
}

// holdOutputs keeps what was built for longer than the connection lasts on which
// it was.
func (c *Client) holdOutputs(ctx context.Context, results ...Result) error {
	var outputs []storepath.Path
	for _, r := range results {
		for _, output := range r.Outputs {
			outputs = append(outputs, output.Path)
		}
	}
	return c.holdAll(ctx, outputs)
}

// inOrder returns the results of targets, which come in an order of Nix's own.
func (d *decoder) inOrder(targets []Target, byText map[string]Result) (results []Result) {
	for _, t := range targets {
		r, ok := byText[t.sorted().String()]
		if !ok {
			d.Fail(fmt.Errorf("no result for %s", t))
			return nil
		}
		r.Target = t
		results = append(results, r)
	}
	return results
}

// BuildAll has the targets built or substituted. The error tells of all that
// failed.
func (c *Client) BuildAll(ctx context.Context, targets []Target, mode BuildMode) error {
	if err := checkTargets(targets); err != nil {
		return err
	}
	return c.call(ctx, building(targets), opBuildPaths,
		func(e *encoder) { e.targets(targets); e.U64(uint64(mode)) }, (*decoder).done)
}

// BuildDerivation has one derivation built that need not be in the daemon's
// store, from inputs that are: its sources and all outputs that it needs of
// others. Daemons build derivations whose outputs are input-addressed in this way
// for their trusted users only. The outputs are temporary roots until c is closed.
func (c *Client) BuildDerivation(ctx context.Context, drvPath storepath.Path, drv *derivation.Derivation, inputs []storepath.Path, mode BuildMode) (result Result, err error) {
	err = c.call(ctx, "building "+drvPath.Base(), opBuildDerivation,
		func(e *encoder) {
			e.path(drvPath)
			e.derivation(drv, inputs)
			e.U64(uint64(mode))
		},
		func(d *decoder) { result = d.result(OutputsOf(drvPath)) })
	if err != nil {
		return Result{}, err
	}
	return result, c.holdOutputs(ctx, result)
}

// Ensure makes p valid by substituting it, unless it is.
func (c *Client) Ensure(ctx context.Context, p storepath.Path) error {
	return c.call(ctx, "fetching "+p.Base(), opEnsurePath, func(e *encoder) { e.path(p) }, (*decoder).done)
}

// Plan is what has to be done to have targets.
type Plan struct {
	Build, Substitute, Unknown []storepath.Path // derivations; paths; paths that nobody has
	DownloadSize, NarSize      int64            // bytes of what is substituted
}

// Plan returns what a build of the targets would do.
func (c *Client) Plan(ctx context.Context, targets []Target) (plan Plan, err error) {
	if err := checkTargets(targets); err != nil {
		return Plan{}, err
	}
	err = c.call(ctx, "planning "+building(targets), opQueryMissing,
		func(e *encoder) { e.targets(targets) },
		func(d *decoder) {
			plan = Plan{Build: d.paths(), Substitute: d.paths(), Unknown: d.paths(), DownloadSize: d.Size(), NarSize: d.Size()}
		})
	return plan, err
}

func building(targets []Target) string {
	if len(targets) == 1 {
		return "building " + targets[0].String()
	}
	return fmt.Sprintf("building %d targets", len(targets))
}

// derivation writes what a builder needs of drv.
func (e *encoder) derivation(drv *derivation.Derivation, inputs []storepath.Path) {
	e.U64(uint64(len(drv.Outputs)))
	for i := range drv.Outputs {
		e.output(drv.Name, &drv.Outputs[i])
	}
	e.paths(inputs)
	e.Text(drv.System)
	e.Text(drv.Builder)
	e.Strings(drv.Args)
	e.U64(uint64(len(drv.Env)))
	for _, v := range drv.Env {
		e.Text(v.Name)
		e.Text(v.Value)
	}
}

// output writes an output as .drv files have it: name, path, method and
// algorithm, hash.
func (e *encoder) output(drvName string, o *derivation.Output) {
	path, err := o.KnownPath(e.dir, drvName)
	e.Fail(err)
	method := [...]string{storepath.Flat: "", storepath.NAR: "r:", storepath.Git: "git:", storepath.Text: "text:"}[o.Method] + o.Algo.String()
	hash := ""
	switch o.Kind {
	case derivation.InputAddressed, derivation.Deferred:
		method = ""
	case derivation.Fixed:
		hash = o.Hash.Base16()
	case derivation.Impure:
		hash = "impure"
	}
	e.Text(o.Name)
	e.maybePath(path)
	e.Text(method)
	e.Text(hash)
}
