package ui

import (
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/vbauerster/mpb/v8"
	"github.com/vbauerster/mpb/v8/decor"
)

// Progress shows transfers: one bar each on a terminal, one line at the start
// and one at the end of each elsewhere. It satisfies transfer.Progress and may
// be used from many goroutines.
type Progress struct {
	s    *Streams
	mu   sync.Mutex
	bars *mpb.Progress
	open map[string]*transferBar
}

type transferBar struct {
	bar     *mpb.Bar
	label   string
	total   int64
	n       int64
	started time.Time
}

// NewProgress returns a progress display for the streams. Close must be called
// before anything else is printed after the work.
func (s *Streams) NewProgress(ctx context.Context) *Progress {
	p := &Progress{s: s, open: map[string]*transferBar{}}
	if s.ErrTTY && !s.Quiet {
		p.bars = mpb.NewWithContext(ctx, mpb.WithOutput(s.Err), mpb.WithWidth(24), mpb.WithRefreshRate(120*time.Millisecond))
	}
	return p
}

// Start opens a transfer. The total is in bytes, -1 or 0 when unknown.
func (p *Progress) Start(id, label string, total int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := &transferBar{label: label, total: total, started: time.Now()}
	p.open[id] = t
	if p.bars == nil {
		if total > 0 {
			p.s.Notice("getting %s (%s)", label, Bytes(total))
		} else {
			p.s.Notice("getting %s", label)
		}
		return
	}
	t.bar = p.bars.AddBar(max(total, 0),
		mpb.BarRemoveOnComplete(),
		mpb.PrependDecorators(decor.Name("  "+label, decor.WCSyncSpaceR)),
		mpb.AppendDecorators(
			decor.CountersKibiByte("% .1f / % .1f", decor.WCSyncSpace),
			decor.AverageSpeed(decor.SizeB1024(0), " % .1f", decor.WCSyncSpace),
			decor.OnComplete(decor.AverageETA(decor.ET_STYLE_GO, decor.WCSyncSpace), ""),
		))
}

// Add records n more bytes; a negative n takes bytes of a restarted transfer
// back.
func (p *Progress) Add(id string, n int64) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.open[id]
	if t == nil {
		return
	}
	t.n += n
	if t.bar != nil {
		t.bar.SetCurrent(t.n)
	}
}

// Done closes a transfer.
func (p *Progress) Done(id string, err error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	t := p.open[id]
	if t == nil {
		return
	}
	delete(p.open, id)
	switch {
	case t.bar != nil && err != nil:
		t.bar.Abort(true)
	case t.bar != nil:
		t.bar.SetTotal(-1, true)
	case err == nil:
		p.s.Notice("got %s (%s in %s)", t.label, Bytes(t.n), seconds(time.Since(t.started)))
	}
}

// Close removes what is left of the bars, so that the next line printed stands
// on a clean line.
func (p *Progress) Close() {
	p.mu.Lock()
	for id, t := range p.open {
		if t.bar != nil {
			t.bar.Abort(true)
		}
		delete(p.open, id)
	}
	bars := p.bars
	p.mu.Unlock()
	if bars != nil {
		bars.Wait()
	}
}

func seconds(d time.Duration) string {
	return fmt.Sprintf("%.1f s", d.Seconds())
}
