package eval

import (
	"math"
	"strconv"
	"unicode/utf8"
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
		return appendJSONFloat(dst, v.float())
	case kString, kContext:
		ctx.add(v.context())
		return ev.appendJSONString(dst, v.str(), pos)
	case kPath:
		if toStore {
			return ev.appendJSONString(dst, ev.copyPath(v.str(), pos, ctx), pos)
		}
		return ev.appendJSONString(dst, v.str(), pos)
	case kAttrs, kList:
	default:
		ev.fail(pos, "cannot convert %s to JSON", typeName(v))
	}
	ev.enter(pos)
	defer ev.leave()
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
	if get(attrs, ev.sym.toString) != nil {
		return ev.appendJSONString(dst, ev.coerce(v, pos, ctx, coercePath), pos)
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

const hexDigits = "0123456789abcdef"

func (ev *Evaluator) appendJSONString(dst []byte, s string, pos Pos) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c == '\b':
			dst = append(dst, `\b`...)
		case c == '\f':
			dst = append(dst, `\f`...)
		case c < 0x20:
			dst = append(dst, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		case c < utf8.RuneSelf:
			dst = append(dst, c)
		default:
			r, n := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && n == 1 {
				ev.fail(pos, "JSON serialization error: invalid UTF-8 byte at index %d: 0x%02X", i, c)
			}
			dst = append(dst, s[i:i+n]...)
			i += n - 1
		}
	}
	return append(dst, '"')
}

// appendJSONFloat writes the shortest digits that mean the same float; there is
// always a point or an exponent.
func appendJSONFloat(dst []byte, f float64) []byte {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return append(dst, "null"...)
	}
	if f == 0 {
		if math.Signbit(f) {
			return append(dst, "-0.0"...)
		}
		return append(dst, "0.0"...)
	}
	exp := int(math.Floor(math.Log10(math.Abs(f))))
	text := strconv.AppendFloat(nil, f, 'e', -1, 64)
	for i := len(text) - 1; i >= 0; i-- {
		if text[i] == 'e' {
			exp, _ = strconv.Atoi(string(text[i+1:]))
			break
		}
	}
	if exp < -5 || exp >= 15 {
		return append(dst, text...)
	}
	dst = strconv.AppendFloat(dst, f, 'f', -1, 64)
	if f == math.Trunc(f) {
		dst = append(dst, ".0"...)
	}
	return dst
}
