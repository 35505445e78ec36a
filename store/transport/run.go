package transport

import (
	"context"
	"fmt"
	"io"
	"sync"

	"devenv/store/narinfo"
	"devenv/store/storepath"
)

const defaultJobs = 8

// Copy makes a plan and runs it. It returns what was copied, in order.
func Copy(ctx context.Context, from Source, to Destination, wanted []storepath.Path, o Options) ([]narinfo.Info, error) {
	p, err := MakePlan(ctx, from, to, wanted, o)
	if err != nil {
		return nil, err
	}
	return p.Paths, p.Run(ctx)
}

// Run copies. Of several errors it returns the first; what was being copied then
// is given up. What was copied before stays.
func (p *Plan) Run(ctx context.Context) error {
	if p.o.Progress == nil {
		p.o.Progress = silent{}
	}
	if p.o.Jobs <= 0 {
		p.o.Jobs = defaultJobs
	}
	for _, info := range p.Paths { // before the first byte moves
		if err := p.o.trusted(info); err != nil {
			return err
		}
	}
	p.o.Progress.Planned(len(p.Paths), p.Bytes)
	if to, ok := p.to.(Batch); ok {
		return p.runBatch(ctx, to)
	}
	return p.runEach(ctx)
}

// runEach copies path by path, several at once.
func (p *Plan) runEach(ctx context.Context) error {
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	r := newSchedule(p.Paths)
	var wg sync.WaitGroup
	for range min(p.o.Jobs, len(p.Paths)) {
		wg.Go(func() {
			for {
				info, ok := r.next(ctx)
				if !ok {
					return
				}
				if err := p.copy(ctx, info); err != nil {
					cancel(err)
					return
				}
				r.finish(info.Path)
			}
		})
	}
	wg.Wait()
	return context.Cause(ctx)
}

// copy copies one path.
func (p *Plan) copy(ctx context.Context, info narinfo.Info) (err error) {
	p.o.Progress.Begin(info.Path, info.NarSize)
	defer func() { p.o.Progress.End(info.Path, err) }()
	err = p.attempt(ctx, info)
	if err == nil || ctx.Err() != nil {
		return err
	}
	other, ok := p.another(ctx, info)
	if !ok {
		return err
	}
	return p.attempt(ctx, other)
}

// another returns what the source says of a path by now, when no archive with the
// hash that was planned is to be had: it may have another one of the same path.
func (p *Plan) another(ctx context.Context, info narinfo.Info) (narinfo.Info, bool) {
	other, err := p.from.Lookup(ctx, info.Path)
	return other, err == nil && other.NarHash != info.NarHash && p.o.trusted(other) == nil
}

func (p *Plan) attempt(ctx context.Context, info narinfo.Info) error {
	return p.give(ctx, info.Path, func(nar io.Reader) error { return p.to.Import(ctx, info, nar) })
}

// give gives the NAR of a path to sink and tells of its progress.
func (p *Plan) give(ctx context.Context, path storepath.Path, sink func(nar io.Reader) error) error {
	read := int64(0) // by the sink's last call
	err := p.from.Nar(ctx, path, func(nar io.Reader) error {
		if read > 0 {
			p.o.Progress.Add(path, -read)
		}
		counted := &counter{r: nar, add: func(n int64) { p.o.Progress.Add(path, n) }}
		defer func() { read = counted.n }()
		return sink(counted)
	})
	if err != nil && read > 0 {
		p.o.Progress.Add(path, -read)
	}
	if isAbsent(err) {
		return fmt.Errorf("%s is not in the source any more: %w", path.Base(), err)
	}
	return err
}

// counter counts what is read.
type counter struct {
	r   io.Reader
	n   int64
	add func(int64)
}

func (c *counter) Read(p []byte) (int, error) {
	n, err := c.r.Read(p)
	c.n += int64(n)
	if n > 0 {
		c.add(int64(n))
	}
	return n, err
}

// schedule gives paths out, each after what it refers to is finished.
type schedule struct {
	ready chan narinfo.Info

	mu      sync.Mutex // guards what follows
	left    int
	waiting map[storepath.Path]int // references that are not finished
	users   map[storepath.Path][]narinfo.Info
}

// newSchedule makes the schedule of infos, which are in order.
func newSchedule(infos []narinfo.Info) *schedule {
	s := &schedule{
		ready:   make(chan narinfo.Info, len(infos)),
		left:    len(infos),
		waiting: map[storepath.Path]int{},
		users:   map[storepath.Path][]narinfo.Info{},
	}
	before := make(map[storepath.Path]bool, len(infos))
	for _, info := range infos {
		for _, ref := range info.References {
			if before[ref] { // a circle is broken where the order breaks it
				s.users[ref] = append(s.users[ref], info)
				s.waiting[info.Path]++
			}
		}
		before[info.Path] = true
		if s.waiting[info.Path] == 0 {
			s.ready <- info
		}
	}
	if s.left == 0 {
		close(s.ready)
	}
	return s
}

// next waits for a path to copy; there is none when all are given out.
func (s *schedule) next(ctx context.Context) (narinfo.Info, bool) {
	if ctx.Err() != nil {
		return narinfo.Info{}, false
	}
	select {
	case info, ok := <-s.ready:
		return info, ok
	case <-ctx.Done():
		return narinfo.Info{}, false
	}
}

// finish makes ready what waited for p alone.
func (s *schedule) finish(p storepath.Path) {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, info := range s.users[p] {
		s.waiting[info.Path]--
		if s.waiting[info.Path] == 0 {
			s.ready <- info
		}
	}
	if s.left--; s.left == 0 {
		close(s.ready)
	}
}

type silent struct{}

func (silent) Planned(int, int64)          {}
func (silent) Begin(storepath.Path, int64) {}
func (silent) Add(storepath.Path, int64)   {}
func (silent) End(storepath.Path, error)   {}
