package build

import (
	"context"
	"slices"
	"sync"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// infos remembers what the store said of valid paths: a graph of builds asks for
// the same closures again and again.
type infos struct {
	store Store
	mu    sync.Mutex
	known map[storepath.Path]narinfo.Info
}

// lookup returns what the store knows of p, narinfo.ErrInvalid if nothing.
func (c *infos) lookup(ctx context.Context, p storepath.Path) (narinfo.Info, error) {
	c.mu.Lock()
	info, ok := c.known[p]
	c.mu.Unlock()
	if ok {
		return info, nil
	}
	info, err := c.store.Lookup(ctx, p)
	if err == nil {
		c.add(info)
	}
	return info, err
}

func (c *infos) add(infos ...narinfo.Info) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for _, info := range infos {
		c.known[info.Path] = info
	}
}

// closure is paths and all that they refer to.
type closure map[storepath.Path]narinfo.Info

// closure adds paths and all that they refer to to into.
func (c *infos) closure(ctx context.Context, into closure, paths ...storepath.Path) error {
	todo := slices.Clone(paths)
	for len(todo) > 0 {
		p := todo[len(todo)-1]
		todo = todo[:len(todo)-1]
		if _, done := into[p]; done {
			continue
		}
		info, err := c.lookup(ctx, p)
		if err != nil {
			return err
		}
		into[p] = info
		todo = append(todo, info.References...)
	}
	return nil
}

// sorted returns the paths of c in order.
func (c closure) sorted() []storepath.Path {
	paths := make([]storepath.Path, 0, len(c))
	for p := range c {
		paths = append(paths, p)
	}
	slices.SortFunc(paths, storepath.Compare)
	return paths
}

// size returns the bytes of all NARs of c.
func (c closure) size() (total int64) {
	for _, info := range c {
		total += info.NarSize
	}
	return total
}
