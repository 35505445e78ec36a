package eval

import (
	"strconv"

	"devenv/resolver/nixlang/notation"
)

// appendJSON writes a value as JSON, compact and with sorted names. Paths are
// copied to the store if toStore.
func (ev *Evaluator) appendJSON(dst []byte, c *Value, pos Pos, ctx *Context, toStore bool) []byte {
	v := ev.force(c)
	switch v.kind() {
	case kNull:
		return append(dst, "null"...)
	case kBool:
		return strconv.AppendBool(dst, v.bool())
	case kInt:
		return strconv.AppendInt(dst, v.int(), 10)
	case kFloat:
		return notation.AppendJSONFloat(dst, v.float())
	case kString, kContext:
		ctx.add(v.context())
		return ev.appendJSONString(dst, v.str(), pos)
	case kPath:
		if toStore {
			return ev.appendJSONString(dst, ev.copyPath(v.str(), pos, ctx), pos)
		}
		return ev.appendJSONString(dst, ev.asText(v.str()), pos)
	case kAttrs, kList:
	default:
		ev.fail(pos, "cannot convert %s to JSON", typeName(v))
	}
	ev.enter(pos)
	defer ev.leave()
	ev.roomForText(len(dst), pos)
	if v.kind() == kList {
		dst = append(dst, '[')
		for i, e := range v.list() {
			if i > 0 {
				dst = append(dst, ',')
			}
			dst = ev.appendJSON(dst, e, pos, ctx, toStore)
		}
		return append(dst, ']')
	}
	return ev.appendJSONAttrs(dst, v, pos, ctx, toStore)
}

func (ev *Evaluator) appendJSONAttrs(dst []byte, v Value, pos Pos, ctx *Context, toStore bool) []byte {
	attrs := v.attrs()
	if f := get(attrs, ev.sym.toString); f != nil {
		s := ev.call(ev.force(f), pos, ev.cell(v))
		switch {
		case s.kind() == kAttrs && get(s.attrs(), ev.sym.outPath) == nil && get(s.attrs(), ev.sym.toString) == nil:
			ev.fail(pos, "`__toString` must return a string, but got %s: %s", typeName(s), ev.brief(s))
		case s.kind() != kAttrs && s.kind() != kPath && !s.isString():
			ev.fail(pos, "`__toString` should return a string, but got %s: %s", typeName(s), ev.brief(s))
		}
		return ev.appendJSONString(dst, ev.coerce(s, pos, ctx, coercePath), pos)
	}
	if out := get(attrs, ev.sym.outPath); out != nil {
		return ev.appendJSON(dst, out, pos, ctx, toStore)
	}
	dst = append(dst, '{')
	for i, a := range ev.sortedByName(attrs) {
		if i > 0 {
			dst = append(dst, ',')
		}
		dst = append(ev.appendJSONString(dst, ev.name(a.sym), pos), ':')
		dst = ev.appendJSON(dst, a.val, pos, ctx, toStore)
	}
	return append(dst, '}')
}

func (ev *Evaluator) appendJSONString(dst []byte, s string, pos Pos) []byte {
	dst, err := notation.AppendJSONString(dst, s)
	if err != nil {
		ev.hostError(pos, err)
	}
	return dst
}
