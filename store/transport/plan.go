package transport

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"sync"

	"golang.org/x/sync/errgroup"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

// Source is a store to copy from. Lookup returns narinfo.ErrInvalid for what it
// does not have. Nar gives the NAR of a path to sink and holds that it is the one
// that Lookup spoke of; it may call sink again after the reader it gave failed.
type Source interface {
	Dir() storepath.Dir
	Lookup(ctx context.Context, p storepath.Path) (narinfo.Info, error)
	Nar(ctx context.Context, p storepath.Path, sink func(nar io.Reader) error) error
}

// Destination is a store to copy to. Missing returns those of paths that it does
// not have. Import adds a path whose references are there; one that is there
// already it passes over.
type Destination interface {
	Dir() storepath.Dir
	Missing(ctx context.Context, paths []storepath.Path) ([]storepath.Path, error)
	Import(ctx context.Context, info narinfo.Info, nar io.Reader) error
}

// Options say how closures are copied.
type Options struct {
	// Alone copies the paths without what they refer to, which must be there.
	Alone bool
	// Thorough asks the destination about every path of the closures. Without it
	// a path that is there is taken to have all that it refers to there, which
	// holds for stores, and for caches as long as nobody deletes from them.
	Thorough bool
	// Trust returns nil for what may be copied. Nil allows everything.
	Trust func(narinfo.Info) error
	// Jobs is how many paths are copied at once; default 8.
	Jobs int
	// Progress hears how it goes; it may be nil.
	Progress Progress
}

// Progress hears of a copy. It must be safe for concurrent use.
type Progress interface {
	// Planned says what there is to do: paths, and bytes of their NARs.
	Planned(paths int, bytes int64)
	// Begin says that a path is being copied, whose NAR has that many bytes.
	Begin(p storepath.Path, bytes int64)
	// Add says that n more bytes of it were read; n is negative when it begins
	// anew.
	Add(p storepath.Path, n int64)
	// End says that a path is done, or why not.
	End(p storepath.Path, err error)
}

// Plan is what a copy has to do.
type Plan struct {
	Paths []narinfo.Info // to be copied, each after what it refers to
	Bytes int64          // of their NARs together
	from  Source
	to    Destination
	o     Options
}

// lookupsInFlight is how many lookups a plan makes at once.
const lookupsInFlight = 32

// MakePlan finds out what it takes to have the closures of wanted in to. The
// error is narinfo.ErrInvalid if from lacks a path that to lacks.
func MakePlan(ctx context.Context, from Source, to Destination, wanted []storepath.Path, o Options) (*Plan, error) {
	if from.Dir() != to.Dir() {
		return nil, fmt.Errorf("paths of %s cannot be copied to a store of %s: their names have the directory in them", from.Dir(), to.Dir())
	}
	w := &walk{from: from, to: to, o: o, seen: map[storepath.Path]bool{}, found: map[storepath.Path]narinfo.Info{}, slots: make(chan struct{}, lookupsInFlight)}
	w.group, w.ctx = errgroup.WithContext(ctx)
	w.group.Go(func() error { return w.visit(wanted) })
	if err := w.group.Wait(); err != nil {
		return nil, err
	}
	if o.Thorough {
		if err := w.drop(ctx); err != nil {
			return nil, err
		}
	}
	p := &Plan{from: from, to: to, o: o}
	p.Paths = inOrder(w.found)
	for _, info := range p.Paths {
		p.Bytes += info.NarSize
	}
	return p, nil
}

// walk follows references.
type walk struct {
	from  Source
	to    Destination
	o     Options
	ctx   context.Context
	group *errgroup.Group
	slots chan struct{}

	mu    sync.Mutex // guards what follows
	seen  map[storepath.Path]bool
	found map[storepath.Path]narinfo.Info
}

// visit looks up those of paths that were not seen, and what they refer to.
func (w *walk) visit(paths []storepath.Path) error {
	var fresh []storepath.Path
	w.mu.Lock()
	for _, p := range paths {
		if !w.seen[p] {
			w.seen[p] = true
			fresh = append(fresh, p)
		}
	}
	w.mu.Unlock()
	if len(fresh) == 0 {
		return nil
	}
	if !w.o.Thorough {
		var err error
		if fresh, err = w.to.Missing(w.ctx, fresh); err != nil {
			return err
		}
	}
	for _, p := range fresh {
		w.group.Go(func() error { return w.look(p) })
	}
	return nil
}

func (w *walk) look(p storepath.Path) error {
	select {
	case w.slots <- struct{}{}:
	case <-w.ctx.Done():
		return context.Cause(w.ctx)
	}
	info, err := w.from.Lookup(w.ctx, p)
	<-w.slots
	if err != nil {
		return err
	}
	w.mu.Lock()
	w.found[p] = info
	w.mu.Unlock()
	if w.o.Alone {
		return nil
	}
	return w.visit(info.References)
}

// drop takes out of found what the destination has.
func (w *walk) drop(ctx context.Context) error {
	all := make([]storepath.Path, 0, len(w.found))
	for p := range w.found {
		all = append(all, p)
	}
	slices.SortFunc(all, storepath.Compare)
	missing, err := w.to.Missing(ctx, all)
	if err != nil {
		return err
	}
	kept := make(map[storepath.Path]narinfo.Info, len(missing))
	for _, p := range missing {
		kept[p] = w.found[p]
	}
	w.found = kept
	return nil
}

// inOrder returns infos each after what it refers to. References in a circle,
// which no real closure has, come in some order.
func inOrder(found map[storepath.Path]narinfo.Info) []narinfo.Info {
	names := make([]storepath.Path, 0, len(found))
	for p := range found {
		names = append(names, p)
	}
	slices.SortFunc(names, storepath.Compare)
	ordered := make([]narinfo.Info, 0, len(found))
	done := make(map[storepath.Path]bool, len(found))
	type frame struct {
		info narinfo.Info
		next int // reference
	}
	for _, start := range names {
		if done[start] {
			continue
		}
		done[start] = true
		stack := []frame{{info: found[start]}}
		for len(stack) > 0 { // no recursion: a stranger's chain may be long
			top := &stack[len(stack)-1]
			if top.next == len(top.info.References) {
				ordered = append(ordered, top.info)
				stack = stack[:len(stack)-1]
				continue
			}
			ref := top.info.References[top.next]
			top.next++
			if info, ours := found[ref]; ours && !done[ref] {
				done[ref] = true
				stack = append(stack, frame{info: info})
			}
		}
	}
	return ordered
}

// trusted holds that a path may be copied.
func (o Options) trusted(info narinfo.Info) error {
	if o.Trust == nil {
		return nil
	}
	return o.Trust(info)
}

// isAbsent reports whether err says that a store does not have a path.
func isAbsent(err error) bool { return errors.Is(err, narinfo.ErrInvalid) }
