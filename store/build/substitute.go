package build

import (
	"context"
	"fmt"

	"devenv/store/narinfo"
	"devenv/store/storepath"
	"devenv/store/transport"
)

// substitute makes p, and all that it refers to, valid by copying. The error is
// narinfo.ErrInvalid if the substituter does not have all of it.
func (b *Builder) substitute(ctx context.Context, p storepath.Path) error {
	if b.Substituter == nil {
		return fmt.Errorf("%s: %w", p.Base(), narinfo.ErrInvalid)
	}
	plan, err := transport.MakePlan(ctx, b.Substituter, b.Store, []storepath.Path{p}, transport.Options{Progress: b.Copying})
	if err != nil {
		return err
	}
	var paths []storepath.Path
	for _, info := range plan.Paths {
		paths = append(paths, info.Path)
	}
	if err := b.Store.HoldNew(ctx, paths...); err != nil {
		return err
	}
	if err := plan.Run(ctx); err != nil {
		return err
	}
	_, err = b.known.lookup(ctx, p)
	return err
}
