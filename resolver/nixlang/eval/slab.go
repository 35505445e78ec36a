package eval

import "unsafe"

// Sizes of slabs, in elements: whole pages, so that no size class is wasted.
const (
	valueSlab   = 4096
	pointerSlab = 8192
	attrSlab    = 4096
)

// slabs hand out memory in small pieces. What is kept keeps its slab; slabs are
// small enough for that not to matter.
type slabs struct {
	values   []Value
	pointers []*Value
	attrs    []Attr
}

// cell returns a new cell that holds v.
func (ev *Evaluator) cell(v Value) *Value {
	s := ev.slabs.values
	if len(s) == 0 {
		ev.refill()
		s = make([]Value, valueSlab)
	}
	c := &s[0]
	ev.slabs.values = s[1:]
	*c = v
	return c
}

// cells returns n pointers, all nil.
func (ev *Evaluator) cells(n int) []*Value {
	if n > pointerSlab/4 {
		ev.refill()
		return make([]*Value, n)
	}
	if len(ev.slabs.pointers) < n {
		ev.refill()
		ev.slabs.pointers = make([]*Value, pointerSlab)
	}
	s := ev.slabs.pointers[:n:n]
	ev.slabs.pointers = ev.slabs.pointers[n:]
	return s
}

// newAttrs returns room for n attributes.
func (ev *Evaluator) newAttrs(n int) []Attr {
	if n > attrSlab/4 {
		ev.refill()
		return make([]Attr, n)
	}
	if len(ev.slabs.attrs) < n {
		ev.refill()
		ev.slabs.attrs = make([]Attr, attrSlab)
	}
	s := ev.slabs.attrs[:n:n]
	ev.slabs.attrs = ev.slabs.attrs[n:]
	return s
}

// trimAttrs gives back what the newest piece of n attributes does not use.
func (ev *Evaluator) trimAttrs(s []Attr, used int) []Attr {
	if spare := len(s) - used; spare > 0 && len(s) <= attrSlab/4 {
		rest := ev.slabs.attrs
		if len(rest) > 0 && unsafe.Pointer(unsafe.SliceData(rest)) == unsafe.Add(unsafe.Pointer(unsafe.SliceData(s)), uintptr(len(s))*unsafe.Sizeof(Attr{})) {
			ev.slabs.attrs = unsafe.Slice(&s[used], spare+len(rest))
		}
	}
	return s[:used:used]
}

// Env holds the variables of one scope: behind the enclosing scope lie the
// cells of its own.
type Env struct{ up *Env }

const word = unsafe.Sizeof(uintptr(0))

// newEnv returns a scope of n variables.
func (ev *Evaluator) newEnv(up *Env, n int) *Env {
	s := ev.cells(n + 1)
	e := (*Env)(unsafe.Pointer(unsafe.SliceData(s)))
	e.up = up
	return e
}

// slot returns the place of a variable's cell.
func (e *Env) slot(i int) **Value { return (**Value)(unsafe.Add(unsafe.Pointer(e), uintptr(i+1)*word)) }
