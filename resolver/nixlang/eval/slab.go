package eval

import "unsafe"

// slabs hand out memory in small pieces: cells and attributes, which are alike
// to the garbage collector, from units, scopes and lists from pointers. What is
// kept keeps its whole slab, and that again what all of it refers to: nearly
// nothing in slabs is ever collected. So a large evaluation uses none any more.
type slabs struct {
	units        []Value
	pointers     []*Value
	applications batch[application]
}

// batch hands out values of one type that are made by the dozen.
type batch[T any] []T

func (b *batch[T]) put(v T) *T {
	if len(*b) == 0 {
		*b = make([]T, 32)
	}
	p := &(*b)[0]
	*b = (*b)[1:]
	*p = v
	return p
}

// later returns the value of a function call that is not made yet.
func (ev *Evaluator) later(a application) Value {
	if ev.memory.large {
		alone := a
		return mkApp(&alone)
	}
	return mkApp(ev.slabs.applications.put(a))
}

// Sizes of slabs, in bytes: the first of its kind, and all others, whose pages
// the kernel is asked for at once instead of by a fault each.
const (
	firstSlab = 64 << 10 // whole pages, so that no size class is wasted
	slabBytes = 512 << 10
)

const (
	unitBytes = int(unsafe.Sizeof(Value{})) // and that of an Attr
	word      = int(unsafe.Sizeof(uintptr(0)))
	mostUnits = firstSlab / unitBytes / 4 // that come from a slab
	mostWords = firstSlab / word / 4
)

// cell returns a new cell that holds v.
func (ev *Evaluator) cell(v Value) *Value {
	if len(ev.slabs.units) == 0 {
		return ev.firstCell(v)
	}
	c := &ev.slabs.units[0]
	ev.slabs.units = ev.slabs.units[1:]
	*c = v
	return c
}

func (ev *Evaluator) firstCell(v Value) *Value {
	if ev.memory.large {
		ev.take(unitBytes)
		return &v
	}
	ev.moreUnits()
	return ev.cell(v)
}

// nextSlab accounts for another slab and returns its size.
func (ev *Evaluator) nextSlab() int {
	size := slabBytes
	if ev.memory.taken < 2*firstSlab {
		size = firstSlab
	}
	ev.take(size)
	return size
}

func (ev *Evaluator) moreUnits() {
	size := ev.nextSlab()
	ev.slabs.units = make([]Value, size/unitBytes)
	populate(unsafe.Pointer(unsafe.SliceData(ev.slabs.units)), size)
}

func (ev *Evaluator) morePointers() {
	size := ev.nextSlab()
	ev.slabs.pointers = make([]*Value, size/word)
	populate(unsafe.Pointer(unsafe.SliceData(ev.slabs.pointers)), size)
}

// cells returns n pointers, all nil.
func (ev *Evaluator) cells(n int) []*Value {
	if len(ev.slabs.pointers) < n {
		if n > mostWords || ev.memory.large {
			ev.take(n * word)
			return make([]*Value, n)
		}
		ev.morePointers()
	}
	s := ev.slabs.pointers[:n:n]
	ev.slabs.pointers = ev.slabs.pointers[n:]
	return s
}

// newAttrs returns room for n attributes.
func (ev *Evaluator) newAttrs(n int) []Attr {
	if len(ev.slabs.units) < n {
		if n > mostUnits || ev.memory.large {
			ev.take(n * unitBytes)
			return make([]Attr, n)
		}
		ev.moreUnits()
	}
	s := unsafe.Slice((*Attr)(unsafe.Pointer(unsafe.SliceData(ev.slabs.units))), n)
	ev.slabs.units = ev.slabs.units[n:]
	return s
}

// trimAttrs gives back what the newest piece of attributes does not use.
func (ev *Evaluator) trimAttrs(s []Attr, used int) []Attr {
	rest := ev.slabs.units
	if used < len(s) && adjacent(unsafe.Pointer(unsafe.SliceData(s)), len(s)*unitBytes, unsafe.Pointer(unsafe.SliceData(rest))) {
		clear(s[used:])
		ev.slabs.units = unsafe.Slice((*Value)(unsafe.Pointer(&s[used])), len(s)-used+len(rest))
	}
	return s[:used:used]
}

// adjacent reports whether b begins where the size bytes at a end.
func adjacent(a unsafe.Pointer, size int, b unsafe.Pointer) bool {
	return uintptr(a)+uintptr(size) == uintptr(b)
}

// Env holds the variables of one scope: behind the enclosing scope lie the
// cells of its own.
type Env struct{ up *Env }

// newEnv returns a scope of n variables.
func (ev *Evaluator) newEnv(up *Env, n int) *Env {
	s := ev.cells(n + 1)
	e := (*Env)(unsafe.Pointer(unsafe.SliceData(s)))
	e.up = up
	return e
}

// slot returns the place of a variable's cell.
func (e *Env) slot(i int) **Value { return (**Value)(unsafe.Add(unsafe.Pointer(e), (i+1)*word)) }
