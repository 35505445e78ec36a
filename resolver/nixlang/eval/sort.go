package eval

import "slices"

// sortList is builtins.sort: stable, and without harm if the comparison is no
// order. What the program compares, and when, can be seen from traces and
// errors, so it is what Nix compares: peeksort, by J. Ian Munro and Sebastian
// Wild ("Nearly-Optimal Mergesorts", 2018).
func sortList(ev *Evaluator, pos Pos, f, l *Value) Value {
	list := ev.forceList(l, pos)
	if len(list) == 0 {
		return *l
	}
	fn := ev.forceFunction(f, pos)
	for _, e := range list {
		ev.force(e)
	}
	compared := 0
	s := sorter{list: slices.Clone(list), less: func(a, b *Value) bool {
		return ev.asBool(ev.call2(fn, pos, a, b), pos)
	}}
	if fn.kind() == kPrimop && fn.primop().name == "lessThan" {
		s.less = func(a, b *Value) bool {
			compared++
			ev.often(compared)
			return ev.less(*a, *b, pos)
		}
	}
	s.run()
	return mkList(s.list)
}

// sorter sorts a list of evaluated cells. Ranges are half open.
type sorter struct {
	list []*Value
	less func(a, b *Value) bool
	buf  []*Value
}

func (s *sorter) run() {
	switch n := len(s.list); n {
	case 1:
	case 2:
		if s.before(1, 0) {
			s.swap(0, 1)
		}
	default:
		s.buf = make([]*Value, n)
		s.peek(0, n, 0, n)
	}
}

// before tells whether the element at i belongs before that at j.
func (s *sorter) before(i, j int) bool { return s.less(s.list[i], s.list[j]) }

func (s *sorter) swap(i, j int) { s.list[i], s.list[j] = s.list[j], s.list[i] }

// fewElements are sorted by insertion.
const fewElements = 16

// peek sorts from begin to end, where what is before leftEnd and what is from
// rightBegin on is sorted already: it looks for the run in the middle, sorts
// what is on both sides of it, and merges.
func (s *sorter) peek(begin, end, leftEnd, rightBegin int) {
	if leftEnd == end || rightBegin == begin {
		return
	}
	if end-begin <= fewElements {
		s.insert(begin, end)
		return
	}
	middle := begin + (end-begin)/2
	switch {
	case middle <= leftEnd:
		s.peek(leftEnd, end, leftEnd+1, rightBegin)
		s.merge(begin, leftEnd, end)
		return
	case middle >= rightBegin:
		s.peek(begin, rightBegin, leftEnd, rightBegin-1)
		s.merge(begin, rightBegin, end)
		return
	}
	i, j := s.middleRun(middle, leftEnd, rightBegin)
	switch {
	case i == begin && j == end:
	case middle-i < j-middle:
		s.peek(begin, i, leftEnd, i-1)
		s.peek(i, end, j, rightBegin)
		s.merge(begin, i, end)
	default:
		s.peek(begin, j, leftEnd, i)
		s.peek(j, end, j+1, rightBegin)
		s.merge(begin, j, end)
	}
}

// middleRun returns the run around the element before middle, turned round if it
// was falling.
func (s *sorter) middleRun(middle, lo, hi int) (i, j int) {
	falling := s.before(middle, middle-1)
	for i = middle - 1; i > lo && s.before(i, i-1) == falling; i-- {
	}
	for j = middle; j < hi && s.before(j, j-1) == falling; j++ {
	}
	if falling {
		slices.Reverse(s.list[i:j])
	}
	return i, j
}

func (s *sorter) insert(begin, end int) {
	for current := begin + 1; current < end; current++ {
		for at := current; at > begin && s.before(at, at-1); at-- {
			s.swap(at, at-1)
		}
	}
}

// merge merges two sorted ranges that lie side by side; of equal elements those
// of the left come first.
func (s *sorter) merge(begin, middle, end int) {
	left := s.buf[:middle-begin]
	right := s.buf[middle-begin : end-begin]
	copy(left, s.list[begin:middle])
	copy(right, s.list[middle:end])
	out := s.list[begin:begin]
	for len(left) > 0 && len(right) > 0 {
		if s.less(right[0], left[0]) {
			out = append(out, right[0])
			right = right[1:]
		} else {
			out = append(out, left[0])
			left = left[1:]
		}
	}
	out = append(out, left...)
	_ = append(out, right...) // in place
}
