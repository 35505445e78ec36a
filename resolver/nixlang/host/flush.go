package host

import (
	"bytes"
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
	texts := map[storepath.Path][]byte{} // NARs
	for i, p := range missing {
		o := h.objects[p]
		var text *bytes.Buffer
		if o.ca.Method == storepath.Text { // small, and in memory already
			text = &bytes.Buffer{}
		}
		if infos[i], err = o.describe(ctx, p, text); err != nil {
			return h.writing(p, err)
		}
		if text != nil {
			texts[p] = text.Bytes()
		}
	}
	return to.ImportAll(ctx, infos, func(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error {
		if text := texts[p]; text != nil {
			return h.writing(p, sink(bytes.NewReader(text)))
		}
		return h.writing(p, h.objects[p].nar(ctx, sink))
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
		o := h.objects[p]
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

// describe returns what a store is told of an object. Its NAR goes to keep, unless
// that is nil; it is then made a second time, and must be the same.
func (o *object) describe(ctx context.Context, p storepath.Path, keep *bytes.Buffer) (narinfo.Info, error) {
	hasher := nixhash.NewHasher(nixhash.SHA256)
	w := io.Writer(hasher)
	if keep != nil {
		w = io.MultiWriter(hasher, keep)
	}
	if err := o.dump(ctx, w); err != nil {
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
