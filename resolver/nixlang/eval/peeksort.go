package eval

import "slices"

// peekSorter sorts stably by merging the runs that it finds (J. I. Munro and S.
// Wild: Nearly-Optimal Mergesorts, 2018). It asks its comparator exactly what
// Nix's builtins.sort asks, in the same order, and so gives the same even where
// that is no order, fails or speaks.
type peekSorter struct {
	list, spare []*Value
	less        func(a, b *Value) bool
}

// insertionMost is how many elements are sorted by insertion.
const insertionMost = 16

func peekSort(list []*Value, less func(a, b *Value) bool) {
	p := peekSorter{list, nil, less}
	p.sort(0, len(list), 0, len(list))
}

// sort sorts [lo, hi), of which [lo, leftEnd) and [rightStart, hi) are sorted.
func (p *peekSorter) sort(lo, hi, leftEnd, rightStart int) {
	if leftEnd == hi || rightStart == lo {
		return
	}
	if hi-lo <= insertionMost {
		p.insertion(lo, hi)
		return
	}
	mid := lo + (hi-lo)/2
	switch {
	case mid <= leftEnd:
		p.sort(leftEnd, hi, leftEnd+1, rightStart)
		p.merge(lo, leftEnd, hi)
		return
	case mid >= rightStart:
		p.sort(lo, rightStart, leftEnd, rightStart-1)
		p.merge(lo, rightStart, hi)
		return
	}
	i, j := p.runAt(mid, leftEnd, rightStart)
	switch {
	case i == lo && j == hi:
	case mid-i < j-mid:
		p.sort(lo, i, leftEnd, i-1)
		p.sort(i, hi, j, rightStart)
		p.merge(lo, i, hi)
	default:
		p.sort(lo, j, leftEnd, i)
		p.sort(j, hi, j+1, rightStart)
		p.merge(lo, j, hi)
	}
}

// runAt finds the run that holds mid-1 and mid, between two bounds; one that
// falls is turned round.
func (p *peekSorter) runAt(mid, from, to int) (i, j int) {
	falls := p.less(p.list[mid], p.list[mid-1])
	goesOn := func(k int) bool { return p.less(p.list[k], p.list[k-1]) == falls }
	for i = mid - 1; i > from && goesOn(i); i-- {
	}
	for j = mid; j < to && goesOn(j); j++ {
	}
	if falls {
		slices.Reverse(p.list[i:j])
	}
	return i, j
}

func (p *peekSorter) insertion(lo, hi int) {
	for i := lo + 1; i < hi; i++ {
		for k := i; k > lo && p.less(p.list[k], p.list[k-1]); k-- {
			p.list[k], p.list[k-1] = p.list[k-1], p.list[k]
		}
	}
}

// merge merges [lo, mid) and [mid, hi).
func (p *peekSorter) merge(lo, mid, hi int) {
	p.spare = append(p.spare[:0], p.list[lo:hi]...)
	left, right := p.spare[:mid-lo], p.spare[mid-lo:]
	out := p.list[lo:lo]
	for len(left) > 0 && len(right) > 0 {
		if p.less(right[0], left[0]) {
			out, right = append(out, right[0]), right[1:]
		} else {
			out, left = append(out, left[0]), left[1:]
		}
	}
	_ = append(append(out, left...), right...) // fills the list to hi
}
