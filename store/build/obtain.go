package build

import (
	"context"
	"errors"
	"fmt"

	"devenv/store/derivation"
	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// obtain makes outputs valid without building, if they are known and valid or a
// substituter has them. It notes those that are valid in result.
func (r *run) obtain(ctx context.Context, result *Result, d *derivation.Derivation, outputs []string) (done bool, err error) {
	done = true
	result.Status = AlreadyValid
	for _, name := range outputs {
		p, err := r.outputPath(ctx, d, name)
		if err != nil {
			return false, err
		}
		if p.IsZero() {
			done = false
			continue
		}
		if err := r.Store.HoldNew(ctx, p); err != nil {
			return false, err
		}
		_, err = r.known.lookup(ctx, p)
		if errors.Is(err, narinfo.ErrInvalid) && !r.forbidsSubstitutes(d) {
			if err = r.substitute(ctx, p); err == nil {
				result.Status = Substituted
			} else if r.Fallback && context.Cause(ctx) == nil {
				err = narinfo.ErrInvalid
			}
		}
		switch {
		case errors.Is(err, narinfo.ErrInvalid):
			done = false
		case err != nil:
			return false, err
		default:
			result.Outputs[name] = p
		}
	}
	return done, nil
}

// forbidsSubstitutes reports whether d is quicker built than copied.
func (b *Builder) forbidsSubstitutes(d *derivation.Derivation) bool {
	attrs, err := readAttributes(b.Store.Dir(), d)
	return err == nil && attrs.noSubstitute
}

// Obtain makes paths valid that are not to be built: they are, or the substituter
// has them. They are kept from garbage collection until the store is closed.
func (b *Builder) Obtain(ctx context.Context, paths ...storepath.Path) error {
	if err := b.Store.HoldNew(ctx, paths...); err != nil {
		return err
	}
	return b.obtainPaths(ctx, paths...)
}

// obtainPaths makes paths valid that are no outputs: they are, or somebody has
// them.
func (b *Builder) obtainPaths(ctx context.Context, paths ...storepath.Path) error {
	for _, p := range paths {
		_, err := b.known.lookup(ctx, p)
		if errors.Is(err, narinfo.ErrInvalid) {
			err = b.substitute(ctx, p)
		}
		if errors.Is(err, narinfo.ErrInvalid) {
			return fmt.Errorf("%s is needed, but neither in the store nor anywhere else: %w", b.Store.Dir().Join(p), err)
		}
		if err != nil {
			return err
		}
	}
	return nil
}
