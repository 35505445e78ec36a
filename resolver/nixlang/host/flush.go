package host

import (
	"context"
	"fmt"
	"io"

	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Store is where what an evaluation made can be written to.
type Store interface {
	// Missing returns those of some paths that the store does not have.
	Missing(ctx context.Context, ps []storepath.Path) ([]storepath.Path, error)
	// Import adds a tree from its NAR; what it refers to must be there.
	Import(ctx context.Context, info narinfo.Info, nar io.Reader) error
}

// Flush writes derivations, texts or trees that evaluations made, with all that
// they refer to, to a store; what it has already is left alone. Paths that no
// evaluation made must be there.
func (h *Host) Flush(ctx context.Context, to Store, ps ...storepath.Path) error {
	var order []storepath.Path
	seen := map[storepath.Path]bool{}
	var visit func(p storepath.Path)
	visit = func(p storepath.Path) {
		o := h.made(p)
		if seen[p] || o == nil {
			return
		}
		seen[p] = true
		for _, r := range o.refs {
			visit(r)
		}
		order = append(order, p)
	}
	for _, p := range ps {
		visit(p)
	}
	missing, err := to.Missing(ctx, order)
	if err != nil {
		return err
	}
	wanted := map[storepath.Path]bool{}
	for _, p := range missing {
		wanted[p] = true
	}
	for _, p := range order {
		if !wanted[p] {
			continue
		}
		if err := h.made(p).write(ctx, to, p); err != nil {
			return fmt.Errorf("writing %s: %w", h.opts.StoreDir.Join(p), err)
		}
	}
	return nil
}

// write adds an object to a store. Its tree is read twice: once to know the
// hash, which must still be that of what is added.
func (o *object) write(ctx context.Context, to Store, p storepath.Path) error {
	if o.text != nil {
		text := o.text()
		o.ca = storepath.ContentAddress{Method: storepath.Text, Hash: sum(nixhash.SHA256, []byte(text))}
		o.dump = func(_ context.Context, w io.Writer) error { return dumpText(w, text) }
	}
	count := counter{h: nixhash.NewHasher(nixhash.SHA256)}
	if err := o.dump(ctx, &count); err != nil {
		return err
	}
	info := narinfo.Info{Path: p, NarHash: count.h.Sum(), NarSize: count.n, References: o.refs, CA: o.ca}
	if o.source {
		info.CA = storepath.ContentAddress{Method: storepath.NAR, Hash: info.NarHash}
	}
	r, w := io.Pipe()
	go func() { w.CloseWithError(o.dump(ctx, w)) }()
	err := to.Import(ctx, info, r)
	r.CloseWithError(err) // ends the dump if Import did not read all of it
	return err
}

// counter hashes and counts what is written to it.
type counter struct {
	h *nixhash.Hasher
	n int64
}

func (c *counter) Write(p []byte) (int, error) {
	c.n += int64(len(p))
	return c.h.Write(p)
}
