package eval

import (
	"strconv"

	"devenv/resolver/nixlang/syntax"
)

// print writes a value as `nix-instantiate --eval` does; what is not evaluated
// is <CODE>, a set or list that was printed before is «repeated».
func (ev *Evaluator) print(dst []byte, c *Value, seen printed, depth int) []byte {
	if depth > ev.opts.MaxCallDepth {
		ev.overflow(0)
	}
	v := *c
	switch v.kind() {
	case kNull:
		return append(dst, "null"...)
	case kBool:
		return strconv.AppendBool(dst, v.bool())
	case kInt:
		return strconv.AppendInt(dst, v.int(), 10)
	case kFloat:
		return append(dst, syntax.FormatFloat(v.float())...)
	case kString, kContext:
		return syntax.AppendQuoted(dst, v.str())
	case kPath:
		return append(dst, ev.asText(v.str())...)
	case kLambda:
		return append(dst, "<LAMBDA>"...)
	case kPrimop:
		return append(dst, "<PRIMOP>"...)
	case kPartial:
		return append(dst, "<PRIMOP-APP>"...)
	case kBlackhole:
		return append(dst, "«potential infinite recursion»"...)
	case kAttrs, kList:
		if seen.again(c) {
			return append(dst, "«repeated»"...)
		}
	default:
		return append(dst, "<CODE>"...)
	}
	if v.kind() == kList {
		dst = append(dst, "[ "...)
		for _, e := range v.list() {
			dst = append(ev.print(dst, e, seen, depth+1), ' ')
		}
		return append(dst, ']')
	}
	dst = append(dst, "{ "...)
	for _, a := range ev.sortedByName(v.attrs()) {
		dst = append(append(dst, syntax.QuoteName(ev.name(a.sym))...), " = "...)
		dst = append(ev.print(dst, a.val, seen, depth+1), "; "...)
	}
	return append(dst, '}')
}

// printed are the sets and the cells of lists that were printed before.
type printed struct {
	sets  map[Value]bool
	lists map[*Value]bool
}

func newPrinted() printed { return printed{map[Value]bool{}, map[*Value]bool{}} }

// again tells whether a set or list was there before.
func (p printed) again(c *Value) (seen bool) {
	switch {
	case c.payload() == 0:
	case c.kind() == kAttrs:
		seen = p.sets[*c]
		p.sets[*c] = true
	default:
		seen = p.lists[c]
		p.lists[c] = true
	}
	return seen
}
