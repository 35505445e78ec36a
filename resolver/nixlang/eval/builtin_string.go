package eval

import "strings"

var stringBuiltins = []primop{
	{name: "toString", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		v := ev.force(a)
		if v.isString() {
			return v
		}
		return mkContextString(ev.coerce(v, pos, &ctx, coerceMore), ctx)
	}},
	{name: "stringLength", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		return mkInt(int64(len(ev.coerceCell(a, pos, &ctx, coerceStore))))
	}},
	{name: "substring", arity: 3, three: substring},
	{name: "concatStringsSep", arity: 2, two: concatStringsSep},
	{name: "replaceStrings", arity: 3, three: replaceStrings},
	{name: "match", arity: 2, two: match},
	{name: "split", arity: 2, two: split},
}

func substring(ev *Evaluator, pos Pos, start, length, s *Value) Value {
	from := ev.forceInt(start, pos)
	if from < 0 {
		ev.fail(pos, "negative start position in 'substring'")
	}
	n := ev.forceInt(length, pos)
	var ctx Context
	text := ev.coerceCell(s, pos, &ctx, coerceStore)
	if from >= int64(len(text)) || n == 0 {
		return mkContextString("", ctx)
	}
	text = text[from:]
	if n >= 0 && n < int64(len(text)) {
		text = text[:n]
	}
	return mkContextString(text, ctx)
}

func concatStringsSep(ev *Evaluator, pos Pos, sep, l *Value) Value {
	var ctx Context
	between := ev.forceString(sep, pos, &ctx)
	list := ev.forceList(l, pos)
	texts := make([]string, len(list))
	for i, e := range list {
		texts[i] = ev.coerceCell(e, pos, &ctx, coerceStore)
	}
	return mkContextString(ev.join(texts, between, pos), ctx)
}

// replaceStrings replaces from left to right, the first pattern that fits;
// what replaces is only evaluated if it is used.
func replaceStrings(ev *Evaluator, pos Pos, from, to, s *Value) Value {
	froms, tos := ev.forceList(from, pos), ev.forceList(to, pos)
	if len(froms) != len(tos) {
		ev.fail(pos, "'from' and 'to' arguments passed to builtins.replaceStrings have different lengths")
	}
	var ctx Context
	patterns := make([]string, len(froms))
	for i, f := range froms {
		patterns[i] = ev.forceString(f, pos, nil)
	}
	texts := make([]*string, len(tos))
	text := ev.forceString(s, pos, &ctx)
	replacement := func(i int) string {
		if texts[i] == nil {
			t := ev.forceString(tos[i], pos, &ctx)
			texts[i] = &t
		}
		return *texts[i]
	}
	var out strings.Builder
	for p := 0; p <= len(text); {
		ev.often(p)
		i := prefixOf(text[p:], patterns)
		if i >= 0 {
			ev.takeText(len(replacement(i)))
			out.WriteString(replacement(i))
			ev.roomForText(out.Len(), pos)
			p += len(patterns[i])
		}
		if i < 0 || patterns[i] == "" {
			if p < len(text) {
				out.WriteByte(text[p])
			}
			p++
		}
	}
	return mkContextString(out.String(), ctx)
}

func prefixOf(text string, patterns []string) int {
	for i, p := range patterns {
		if strings.HasPrefix(text, p) {
			return i
		}
	}
	return -1
}
