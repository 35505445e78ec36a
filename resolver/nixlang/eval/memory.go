package eval

import (
	"fmt"
	"runtime"
)

// memory is what an evaluation has taken, in bytes. What is freed again does not
// count less.
type memory struct {
	taken  int
	look   int // when to look at the limit, in taken bytes
	sample int // when to take the next sample
	large  bool
}

// largeAt is when an evaluation has become large, if it has no limit that is
// nearer. Most of what it has taken by then is still in use.
const largeAt = 512 << 20

// take accounts for bytes that are about to be taken. It is the one place where
// an evaluation looks around.
func (ev *Evaluator) take(size int) {
	ev.checkInterrupt()
	m := &ev.memory
	m.taken += size
	if most := ev.opts.MaxMemory; !m.large && (m.taken > largeAt || most > 0 && m.taken > most/4) {
		m.large = true
		ev.slabs = slabs{}
		if ev.opts.Grown != nil {
			ev.opts.Grown()
		}
	}
	if ev.opts.Sampled != nil && m.taken >= m.sample {
		m.sample = m.taken + slabBytes
		ev.opts.Sampled(ev.calls())
	}
	if ev.opts.MaxMemory > 0 && m.taken >= m.look {
		ev.checkMemory(size)
	}
}

// largeText is from where on a text is accounted for.
const largeText = 4 << 10

// takeText accounts for a text that is about to be made.
func (ev *Evaluator) takeText(size int) {
	if size >= largeText {
		ev.take(size)
	}
}

// checkMemory compares what is in use with the limit. What nobody needs any more
// is thrown away before that is an error.
func (ev *Evaluator) checkMemory(size int) {
	most := ev.opts.MaxMemory
	room := most - size - heapInUse()
	if room < 0 {
		runtime.GC()
		room = most - size - heapInUse()
	}
	if room < 0 {
		ev.throw(&Error{
			Kind: OutOfMemory, Msg: fmt.Sprintf("the evaluation needs more than the %d MiB of memory that it may have", most>>20),
			Hints: []string{"if it is not endless, give it more: --max-memory " + fmt.Sprint(2*most>>20) + "M"},
		})
	}
	// Half of it may go to what is not accounted for.
	ev.memory.look = ev.memory.taken + max(room/2, most/64)
}

// heapInUse returns the size of all objects that have not been freed.
func heapInUse() int {
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int(stats.HeapAlloc)
}
