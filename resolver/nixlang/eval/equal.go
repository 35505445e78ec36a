package eval

import "strings"

// equal compares two values. Functions are equal to nothing; derivations are
// compared by their output paths.
func (ev *Evaluator) equal(a, b Value, pos Pos) bool {
	ka, kb := a.kind(), b.kind()
	if ka != kb {
		switch {
		case ka == kInt && kb == kFloat:
			return float64(a.int()) == b.float()
		case ka == kFloat && kb == kInt:
			return a.float() == float64(b.int())
		case a.isString() && b.isString():
			return a.str() == b.str()
		}
		return false
	}
	switch ka {
	case kNull:
		return true
	case kBool:
		return a.bool() == b.bool()
	case kInt:
		return a.int() == b.int()
	case kFloat:
		return a.float() == b.float()
	case kString, kContext, kPath:
		return a.str() == b.str()
	case kList:
		return ev.equalLists(a.list(), b.list(), pos)
	case kAttrs:
		return ev.equalAttrs(a, b, pos)
	}
	return false
}

// equalCells compares what two cells hold; a cell is equal to itself.
func (ev *Evaluator) equalCells(a, b *Value, pos Pos) bool {
	x := ev.force(a)
	y := ev.force(b)
	return a == b || ev.equal(x, y, pos)
}

func (ev *Evaluator) equalLists(a, b []*Value, pos Pos) bool {
	if len(a) != len(b) {
		return false
	}
	ev.enter(pos)
	defer ev.leave()
	for i := range a {
		if !ev.equalCells(a[i], b[i], pos) {
			return false
		}
	}
	return true
}

func (ev *Evaluator) equalAttrs(av, bv Value, pos Pos) bool {
	ev.enter(pos)
	defer ev.leave()
	a, b := av.attrs(), bv.attrs()
	if ev.isDerivation(a) && ev.isDerivation(b) {
		x, y := get(a, ev.sym.outPath), get(b, ev.sym.outPath)
		if x != nil && y != nil {
			return ev.equalCells(x, y, pos)
		}
	}
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		if a[i].sym != b[i].sym || !ev.equalCells(a[i].val, b[i].val, pos) {
			return false
		}
	}
	return true
}

func (ev *Evaluator) isDerivation(attrs []Attr) bool {
	c := get(attrs, ev.sym.typ)
	if c == nil {
		return false
	}
	v := ev.force(c)
	return v.isString() && v.str() == "derivation"
}

// less orders numbers, strings, paths, and lists of those.
func (ev *Evaluator) less(a, b Value, pos Pos) bool {
	ka, kb := a.kind(), b.kind()
	switch {
	case ka == kInt && kb == kInt:
		return a.int() < b.int()
	case (ka == kInt || ka == kFloat) && (kb == kInt || kb == kFloat):
		return ev.number(a, "a float", pos) < ev.number(b, "a float", pos)
	case a.isString() && b.isString():
		return a.str() < b.str()
	case ka == kPath && kb == kPath:
		return strings.Compare(ev.asText(a.str()), ev.asText(b.str())) < 0
	case ka == kList && kb == kList:
		return ev.lessLists(a.list(), b.list(), pos)
	}
	what := "values are %s and %s"
	if typeWords[ka] == typeWords[kb] {
		what = "values of that type are incomparable (values are %s and %s)"
	}
	ev.fail(pos, "cannot compare %s with %s; "+what, typeName(a), typeName(b), ev.brief(a), ev.brief(b))
	return false
}

func (ev *Evaluator) lessLists(a, b []*Value, pos Pos) bool {
	ev.enter(pos)
	defer ev.leave()
	for i := range a {
		if i >= len(b) {
			return false
		}
		if !ev.equalCells(a[i], b[i], pos) {
			return ev.less(ev.force(a[i]), ev.force(b[i]), pos)
		}
	}
	return len(a) < len(b)
}
