package eval

import "slices"

// genericClosure returns a list of sets with different keys: a start, and what
// an operator gives for each of them, breadth first.
func genericClosure(ev *Evaluator, pos Pos, a *Value) Value {
	attrs := ev.forceAttrs(a, pos)
	need := func(sym Sym) *Value {
		c := get(attrs, sym)
		if c == nil {
			ev.fail(pos, "attribute '%s' missing", ev.name(sym))
		}
		return c
	}
	queue := slices.Clone(ev.forceList(need(ev.sym.startSet), pos))
	if len(queue) == 0 {
		return noList
	}
	op := ev.forceFunction(need(ev.sym.operator), pos)
	done := keySet{ev: ev, pos: pos}
	var out []*Value
	for len(queue) > 0 {
		e := queue[0]
		queue = queue[1:]
		key := get(ev.forceAttrs(e, pos), ev.sym.key)
		if key == nil {
			ev.fail(pos, "attribute 'key' missing")
		}
		if !done.add(ev.force(key)) {
			continue
		}
		out = append(out, e)
		v := ev.call(op, pos, e)
		if v.kind() != kList {
			ev.typeError(pos, "a list", v)
		}
		queue = append(queue, v.list()...)
	}
	return mkList(out)
}

// keySet holds values that can be compared, sorted; strings and integers, the
// usual keys, in maps.
type keySet struct {
	ev      *Evaluator
	pos     Pos
	strings map[string]bool
	ints    map[int64]bool
	sorted  []Value
	first   Value
}

// add enters a key; false if it was there.
func (s *keySet) add(v Value) bool {
	if s.first == (Value{}) {
		s.first = v
		s.strings, s.ints = map[string]bool{}, map[int64]bool{}
	} else if v.kind() != s.first.kind() {
		s.ev.less(v, s.first, s.pos) // keys must be comparable
	}
	switch {
	case v.isString():
		known := s.strings[v.str()]
		s.strings[v.str()] = true
		return !known
	case v.kind() == kInt && len(s.sorted) == 0:
		known := s.ints[v.int()]
		s.ints[v.int()] = true
		return !known
	}
	for i := range s.ints { // a float among integers
		s.insert(mkInt(i))
	}
	clear(s.ints)
	return s.insert(v)
}

// insert enters a key that is compared with others.
func (s *keySet) insert(v Value) bool {
	at, found := slices.BinarySearchFunc(s.sorted, v, func(a, b Value) int {
		switch {
		case s.ev.less(a, b, s.pos):
			return -1
		case s.ev.less(b, a, s.pos):
			return 1
		}
		return 0
	})
	if !found {
		s.sorted = slices.Insert(s.sorted, at, v)
	}
	return !found
}
