package daemon

import (
	"context"
	"fmt"
	"path/filepath"

	"devenv/store/storepath"
)

// AddTempRoot keeps p from collection until c is closed, whether p is valid or
// not. The daemon keeps it for as long as one connection lasts; if that breaks,
// c makes the root anew with its next request.
func (c *Client) AddTempRoot(ctx context.Context, p storepath.Path) error {
	return c.pool.using(ctx, c.events, "keeping "+p.Base()+" from collection", func(conn *connection) error {
		return conn.addTempRoot(p)
	})
}

// holdAll is AddTempRoot for many.
func (c *Client) holdAll(ctx context.Context, ps []storepath.Path) error {
	if len(ps) == 0 {
		return nil
	}
	return c.pool.using(ctx, c.events, "keeping paths from collection", func(conn *connection) error {
		for _, p := range ps {
			if _, held := conn.held[p]; held {
				continue
			}
			if err := conn.addTempRoot(p); err != nil {
				return err
			}
		}
		return nil
	})
}

func (c *connection) addTempRoot(p storepath.Path) error {
	if err := c.call(opAddTempRoot, func(e *encoder) { e.path(p) }, (*decoder).done); err != nil {
		return err
	}
	c.held[p] = struct{}{}
	return nil
}

// AddIndirectRoot tells the daemon of a symbolic link at link, outside of the
// store: what it points to is kept for as long as the link is there.
func (c *Client) AddIndirectRoot(ctx context.Context, link string) error {
	if !filepath.IsAbs(link) {
		return fmt.Errorf("the root %q is not an absolute path", link)
	}
	return c.call(ctx, "adding the root "+link, opAddIndirectRoot, func(e *encoder) { e.Text(link) }, (*decoder).done)
}

// AddPermRoot has the daemon make a symbolic link at link, on its own machine,
// that keeps p. Daemons since Nix 2.16 do that for their trusted users.
func (c *Client) AddPermRoot(ctx context.Context, p storepath.Path, link string) error {
	if !filepath.IsAbs(link) {
		return fmt.Errorf("the root %q is not an absolute path", link)
	}
	return c.pool.using(ctx, c.events, "adding the root "+link, func(conn *connection) error {
		if conn.proto.minor < 36 {
			return &UnsupportedError{"make roots", conn.server, "protocol 1.36"}
		}
		return conn.call(opAddPermRoot, func(e *encoder) { e.path(p); e.Text(link) }, func(d *decoder) { d.Text() })
	})
}

// Root is something that keeps a path from collection.
type Root struct {
	Link string // a link's path, or what else it is, such as "{censored}"
	Path storepath.Path
}

// Roots returns all roots. Daemons tell others than their trusted users of the
// paths only.
func (c *Client) Roots(ctx context.Context) (roots []Root, err error) {
	err = c.call(ctx, "listing roots", opFindRoots, nil, func(d *decoder) {
		for range d.Count(16) {
			root := Root{Link: d.Text(), Path: d.path()}
			if d.Err() != nil {
				return
			}
			roots = append(roots, root)
		}
	})
	return roots, err
}
