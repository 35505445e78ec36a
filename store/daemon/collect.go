package daemon

import (
	"context"
	"math"

	"devenv/store/storepath"
)

// CollectAction is what a collection does.
type CollectAction uint8

// The actions.
const (
	ReturnLive     CollectAction = iota // list what roots keep
	ReturnDead                          // list what no root keeps
	DeleteDead                          // delete what no root keeps
	DeleteSpecific                      // delete the given paths, if no root keeps them
)

// CollectOptions say what to collect.
type CollectOptions struct {
	Action   CollectAction
	Paths    []storepath.Path // for DeleteSpecific
	MaxFreed int64            // bytes after which to stop; 0: do not stop
}

// Collected is what a collection found or deleted.
type Collected struct {
	Paths []string // full paths; some are no store paths: leftovers and locks
	Freed int64    // bytes
}

// Collect collects garbage.
func (c *Client) Collect(ctx context.Context, o CollectOptions) (done Collected, err error) {
	limit := uint64(math.MaxUint64)
	if o.MaxFreed > 0 {
		limit = uint64(o.MaxFreed)
	}
	err = c.call(ctx, "collecting garbage", opCollectGarbage,
		func(e *encoder) {
			e.U64(uint64(o.Action))
			e.paths(o.Paths)
			e.Bool(false) // ignore roots: daemons do not
			e.U64(limit)
			e.U64(0) // obsolete
			e.U64(0) // obsolete
			e.U64(0) // obsolete
		},
		func(d *decoder) {
			done = Collected{Paths: d.Strings(), Freed: d.Size()}
			d.done()
		})
	return done, err
}

// Optimise has equal files of the store share their space.
func (c *Client) Optimise(ctx context.Context) error {
	return c.call(ctx, "optimising the store", opOptimiseStore, nil, (*decoder).done)
}

// Verify checks the store, with the hashes of its trees if contents is set, and
// repairs what it can if repair is, which trusted users may. It reports whether
// errors remain; the events tell which.
func (c *Client) Verify(ctx context.Context, contents, repair bool) (bad bool, err error) {
	err = c.call(ctx, "verifying the store", opVerifyStore,
		func(e *encoder) { e.Bool(contents); e.Bool(repair) },
		func(d *decoder) { bad = d.Bool() })
	return bad, err
}

// AddSignatures adds signatures to a valid path, which trusted users may.
func (c *Client) AddSignatures(ctx context.Context, p storepath.Path, signatures []string) error {
	return c.call(ctx, "signing "+p.Base(), opAddSignatures,
		func(e *encoder) { e.path(p); e.Strings(signatures) }, (*decoder).done)
}
