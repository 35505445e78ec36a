package daemon

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"devenv/store/storepath"
)

// Lookup returns what is known of p. The error is ErrInvalid if p is not valid.
func (c *Client) Lookup(ctx context.Context, p storepath.Path) (Info, error) {
	var info Info
	valid := false
	err := c.call(ctx, "asking for "+p.Base(), opQueryPathInfo,
		func(e *encoder) { e.path(p) },
		func(d *decoder) {
			if valid = d.Bool(); valid {
				info = d.info(p)
			}
		})
	if said, ok := errors.AsType[*Error](err); ok && strings.Contains(said.Message, "is not valid") {
		valid, err = false, nil // a daemon that asks another one may say so
	}
	if err == nil && !valid {
		err = fmt.Errorf("%s: %w", p.Base(), ErrInvalid)
	}
	if err != nil {
		return Info{}, err
	}
	return info, nil
}

// Hold is Lookup for whoever is going to use p: no collection deletes it until c
// is closed.
func (c *Client) Hold(ctx context.Context, p storepath.Path) (Info, error) {
	if err := c.AddTempRoot(ctx, p); err != nil {
		return Info{}, err
	}
	return c.Lookup(ctx, p)
}

// Valid reports whether p is valid.
func (c *Client) Valid(ctx context.Context, p storepath.Path) (valid bool, err error) {
	err = c.call(ctx, "asking for "+p.Base(), opIsValidPath,
		func(e *encoder) { e.path(p) },
		func(d *decoder) { valid = d.Bool() })
	return valid, err
}

// ValidPaths returns those of ps that are valid, after the daemon has tried to
// fetch the others from its substituters if it is asked to.
func (c *Client) ValidPaths(ctx context.Context, ps []storepath.Path, substitute bool) (valid []storepath.Path, err error) {
	err = c.call(ctx, fmt.Sprintf("asking for %d paths", len(ps)), opQueryValidPaths,
		func(e *encoder) { e.paths(ps); e.Bool(substitute) },
		func(d *decoder) { valid = d.paths() })
	return valid, err
}

// Missing returns those of ps that are not valid, in their order.
func (c *Client) Missing(ctx context.Context, ps []storepath.Path) ([]storepath.Path, error) {
	if len(ps) == 0 {
		return nil, nil
	}
	valid, err := c.ValidPaths(ctx, ps, false)
	if err != nil {
		return nil, err
	}
	has := make(map[storepath.Path]bool, len(valid))
	for _, p := range valid {
		has[p] = true
	}
	var missing []storepath.Path
	for _, p := range ps {
		if !has[p] {
			missing = append(missing, p)
		}
	}
	return missing, nil
}

// All returns all valid paths.
func (c *Client) All(ctx context.Context) ([]storepath.Path, error) {
	return c.list(ctx, "listing the store", opQueryAllValidPaths, nil)
}

// Referrers returns the valid paths that refer to p.
func (c *Client) Referrers(ctx context.Context, p storepath.Path) ([]storepath.Path, error) {
	return c.list(ctx, "asking what refers to "+p.Base(), opQueryReferrers, func(e *encoder) { e.path(p) })
}

// Derivers returns the valid derivations that have p as an output.
func (c *Client) Derivers(ctx context.Context, p storepath.Path) ([]storepath.Path, error) {
	return c.list(ctx, "asking what builds "+p.Base(), opQueryValidDerivers, func(e *encoder) { e.path(p) })
}

// Substitutable returns those of ps that the daemon's substituters have.
func (c *Client) Substitutable(ctx context.Context, ps []storepath.Path) ([]storepath.Path, error) {
	return c.list(ctx, "asking for substitutes", opQuerySubstitutablePaths, func(e *encoder) { e.paths(ps) })
}

func (c *Client) list(ctx context.Context, doing string, o op, args func(*encoder)) (ps []storepath.Path, err error) {
	err = c.call(ctx, doing, o, args, func(d *decoder) { ps = d.paths() })
	return ps, err
}

// ByDigest returns the valid path with this digest, the 32 characters before the
// dash. The error is ErrInvalid if there is none.
func (c *Client) ByDigest(ctx context.Context, digest string) (p storepath.Path, err error) {
	err = c.call(ctx, "looking for "+digest, opQueryPathFromHashPart,
		func(e *encoder) { e.Text(digest) },
		func(d *decoder) { p = d.maybePath() })
	if err == nil && p.IsZero() {
		err = fmt.Errorf("%s: %w", digest, ErrInvalid)
	}
	return p, err
}

// Outputs returns the paths of the outputs of the derivation at drv, by name. A
// path is zero that is not known before a build.
func (c *Client) Outputs(ctx context.Context, drv storepath.Path) (map[string]storepath.Path, error) {
	outputs := map[string]storepath.Path{}
	err := c.call(ctx, "asking for the outputs of "+drv.Base(), opQueryDerivationOutputMap,
		func(e *encoder) { e.path(drv) },
		func(d *decoder) {
			for range d.Count(16) {
				name := d.Text()
				path := d.maybePath()
				if d.Err() != nil {
					return
				}
				outputs[name] = path
			}
		})
	return outputs, err
}

// Substitute is what a substituter has of a path.
type Substitute struct {
	Path         storepath.Path
	Deriver      storepath.Path // zero if none is known
	References   []storepath.Path
	DownloadSize int64 // bytes; 0 if it is not known
	NarSize      int64 // bytes; 0 if it is not known
}

// Substitutes returns what the daemon's substituters have of ps. A content
// address lets them find a path that is called otherwise in their store; it may
// be zero.
func (c *Client) Substitutes(ctx context.Context, ps map[storepath.Path]storepath.ContentAddress) (found []Substitute, err error) {
	err = c.call(ctx, "asking for substitutes", opQuerySubstitutablePathInfos,
		func(e *encoder) {
			e.U64(uint64(len(ps)))
			for p, ca := range ps {
				e.path(p)
				e.Text(ca.String())
			}
		},
		func(d *decoder) {
			for range d.Count(40) {
				s := Substitute{Path: d.path(), Deriver: d.maybePath(), References: d.paths(), DownloadSize: d.Size(), NarSize: d.Size()}
				if d.Err() != nil {
					return
				}
				found = append(found, s)
			}
		})
	return found, err
}
