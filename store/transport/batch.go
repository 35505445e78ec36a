package transport

import (
	"context"
	"io"
	"slices"
	"sync"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// Batch is a destination that adds many paths for less than each by itself.
// ImportAll adds infos, each after what it refers to; it calls nar for those that
// it does not have, ImportsAtOnce of them at a time and not in order. What was
// added before an error stays.
//
// A daemon, which takes many NARs in one stream but one after the other, is none:
// many connections, with one path each, are faster.
type Batch interface {
	ImportsAtOnce() int
	ImportAll(ctx context.Context, infos []narinfo.Info, nar func(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error) error
}

// runBatch copies all that is planned at once. It begins again, with what is left,
// when the source turns out to have another archive of a path.
func (p *Plan) runBatch(ctx context.Context, to Batch) error {
	infos := slices.Clone(p.Paths)
	again := map[storepath.Path]bool{}
	for {
		b := &batchRun{plan: p, sizes: map[storepath.Path]int64{}, slots: make(chan struct{}, p.o.Jobs)}
		for _, info := range infos {
			b.sizes[info.Path] = info.NarSize
		}
		err := to.ImportAll(ctx, infos, b.nar)
		if err == nil || ctx.Err() != nil || b.failed.IsZero() || again[b.failed] {
			return err
		}
		again[b.failed] = true
		i := slices.IndexFunc(infos, func(info narinfo.Info) bool { return info.Path == b.failed })
		other, ok := p.another(ctx, infos[i])
		if !ok {
			return err
		}
		infos[i] = other
	}
}

// batchRun is one call of ImportAll.
type batchRun struct {
	plan  *Plan
	sizes map[storepath.Path]int64 // of NARs
	slots chan struct{}            // has an element for every path that is being copied

	mu     sync.Mutex
	failed storepath.Path // the first one that could not be had
}

// nar gives the NAR of a path to sink.
func (b *batchRun) nar(ctx context.Context, path storepath.Path, sink func(nar io.Reader) error) (err error) {
	select {
	case b.slots <- struct{}{}:
	case <-ctx.Done():
		return context.Cause(ctx)
	}
	defer func() { <-b.slots }()
	b.plan.o.Progress.Begin(path, b.sizes[path])
	defer func() { b.plan.o.Progress.End(path, err) }()
	err = b.plan.give(ctx, path, sink)
	if err != nil && ctx.Err() == nil { // the others then end because this one did
		b.mu.Lock()
		defer b.mu.Unlock()
		if b.failed.IsZero() {
			b.failed = path
		}
	}
	return err
}
