package binarycache

import (
	"context"
	"errors"
	"fmt"

	"golang.org/x/sync/errgroup"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// maxNarinfo is more than the longest .narinfo has, in bytes: one of a path with
// thousands of references.
const maxNarinfo = 1 << 20

// lookupsAtOnce is how many lookups one Missing has in flight; the client may
// allow fewer.
const lookupsAtOnce = 32

// Lookup returns what the cache says of p, believed or not. The error is
// narinfo.ErrInvalid if it does not have p. Answers are kept in Options.Memory.
func (c *Cache) Lookup(ctx context.Context, p storepath.Path) (narinfo.Info, error) {
	f, err := c.Narinfo(ctx, p)
	if err != nil {
		return narinfo.Info{}, err
	}
	return f.Info, nil
}

// Narinfo is Lookup with where the archive is.
func (c *Cache) Narinfo(ctx context.Context, p storepath.Path) (*narinfo.File, error) {
	if f := c.recall(p); f != nil {
		return f, nil
	}
	if _, err := c.Info(ctx); err != nil {
		return nil, err
	}
	if text, present, ok := c.memory.lookup(ctx, c.key, p); ok {
		if !present {
			return nil, c.absent(p)
		}
		if f, err := c.parse(p, text); err == nil {
			c.learn(p, f)
			return f, nil
		}
	}
	return c.ask(ctx, p)
}

// ask asks the cache itself.
func (c *Cache) ask(ctx context.Context, p storepath.Path) (*narinfo.File, error) {
	text, err := c.files.get(ctx, narinfoFile(p), maxNarinfo)
	if isMissing(err) || isForbidden(err) {
		c.memory.remember(ctx, c.key, p, nil)
		return nil, c.absent(p)
	}
	if err != nil {
		return nil, c.named(err)
	}
	f, err := c.parse(p, text)
	if err != nil {
		return nil, c.named(fmt.Errorf("%s: %w", narinfoFile(p), err))
	}
	c.memory.remember(ctx, c.key, p, text)
	c.learn(p, f)
	return f, nil
}

func narinfoFile(p storepath.Path) string { return p.Digest() + ".narinfo" }

func (c *Cache) absent(p storepath.Path) error {
	return &CacheError{URL: c.location.shown, Err: fmt.Errorf("%s: %w", p.Base(), narinfo.ErrInvalid)}
}

// parse reads the .narinfo of p, and of no other path.
func (c *Cache) parse(p storepath.Path, text []byte) (*narinfo.File, error) {
	f, err := narinfo.Parse(c.dir, text)
	if err != nil {
		return nil, err
	}
	if f.Path != p {
		return nil, fmt.Errorf("it is of another path, %s", c.dir.Join(f.Path))
	}
	return f, nil
}

// Missing returns those of paths that the cache does not have, in the same
// order. Many are asked for at once.
func (c *Cache) Missing(ctx context.Context, paths []storepath.Path) ([]storepath.Path, error) {
	absent := make([]bool, len(paths))
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(lookupsAtOnce)
	for i, p := range paths {
		g.Go(func() error {
			_, err := c.Narinfo(ctx, p)
			if errors.Is(err, narinfo.ErrInvalid) {
				absent[i], err = true, nil
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, err
	}
	var missing []storepath.Path
	for i, p := range paths {
		if absent[i] {
			missing = append(missing, p)
		}
	}
	return missing, nil
}
