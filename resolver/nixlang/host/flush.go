package host

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"sync"

	"devenv/store/narinfo"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// Store is where what an evaluation made can be written to.
type Store interface {
	// Missing returns those of some paths that the store does not have.
	Missing(ctx context.Context, ps []storepath.Path) ([]storepath.Path, error)
	// ImportAll adds trees: infos, each after what it refers to, and nar, which
	// gives the NAR of one to sink.
	ImportAll(ctx context.Context, infos []narinfo.Info, nar func(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error) error
}

// Flush writes derivations, texts or trees that evaluations made, with all that
// they refer to, to a store; what it has already is left alone. Paths that no
// evaluation made must be there.
func (h *Host) Flush(ctx context.Context, to Store, ps ...storepath.Path) error {
	missing, err := to.Missing(ctx, h.closure(ps))
	if err != nil {
		return err
	}
	infos := make([]narinfo.Info, len(missing))
	made := make(map[storepath.Path]*object, len(missing))
	for i, p := range missing {
		o := h.made(p).writable()
		made[p] = o
		if infos[i], err = o.describe(ctx, p); err != nil {
			return h.writing(p, err)
		}
	}
	var texts sync.Mutex // they are unpacked one at a time
	return to.ImportAll(ctx, infos, func(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error {
		o := made[p]
		if o.text == nil {
			return h.writing(p, o.nar(ctx, sink))
		}
		texts.Lock()
		text := o.text()
		texts.Unlock()
		var b bytes.Buffer
		if err := dumpText(&b, text); err != nil {
			return h.writing(p, err)
		}
		return h.writing(p, sink(&b))
	})
}

func (h *Host) writing(p storepath.Path, err error) error {
	if err == nil {
		return nil
	}
	return fmt.Errorf("writing %s: %w", h.opts.StoreDir.Join(p), err)
}

// closure returns what evaluations made of ps and what they refer to, each after
// what it refers to.
func (h *Host) closure(ps []storepath.Path) (order []storepath.Path) {
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
	return order
}

// writable returns an object with all that describing and dumping it takes.
func (o *object) writable() *object {
	if o.text == nil {
		return o
	}
	whole := *o
	whole.ca = storepath.ContentAddress{Method: storepath.Text, Hash: sum(nixhash.SHA256, []byte(o.text()))}
	whole.dump = func(_ context.Context, w io.Writer) error { return dumpText(w, o.text()) }
	return &whole
}

// describe returns what a store is told of an object. Its NAR is made for that,
// and once more to be written: it must be the same.
func (o *object) describe(ctx context.Context, p storepath.Path) (narinfo.Info, error) {
	hasher := nixhash.NewHasher(nixhash.SHA256)
	if err := o.dump(ctx, hasher); err != nil {
		return narinfo.Info{}, err
	}
	info := narinfo.Info{Path: p, NarHash: hasher.Sum(), NarSize: hasher.Size(), References: o.refs, CA: o.ca}
	if o.source {
		info.CA = storepath.ContentAddress{Method: storepath.NAR, Hash: info.NarHash}
	}
	return info, nil
}

// nar gives the NAR of an object to sink.
func (o *object) nar(ctx context.Context, sink func(nar io.Reader) error) error {
	r, w := io.Pipe()
	go func() { w.CloseWithError(o.dump(ctx, w)) }()
	err := sink(r)
	r.CloseWithError(err) // ends the dump if sink did not read all of it
	return err
}
