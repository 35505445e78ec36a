package eval

import (
	"bytes"
	"encoding/json"
	"io"
	"strconv"
	"strings"
)

var formatBuiltins = []primop{
	{name: "toJSON", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		text := ev.appendJSON(nil, a, pos, &ctx, true)
		return mkContextString(string(text), ctx)
	}},
	{name: "fromJSON", arity: 1, one: fromJSON},
	{name: "toXML", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		text := ev.xml(a, pos, &ctx, true, false)
		return mkContextString(text, ctx)
	}},
}

// fromJSON reads JSON.
func fromJSON(ev *Evaluator, pos Pos, a *Value) Value {
	text := ev.forceString(a, pos, nil)
	dec := json.NewDecoder(bytes.NewReader([]byte(text)))
	dec.UseNumber()
	v, err := ev.readJSON(dec, pos)
	if err == nil {
		if _, err = dec.Token(); err == io.EOF {
			return v
		}
	}
	ev.fail(pos, "invalid JSON: %v", err)
	return null
}

func (ev *Evaluator) readJSON(dec *json.Decoder, pos Pos) (Value, error) {
	tok, err := dec.Token()
	if err != nil {
		return null, err
	}
	switch x := tok.(type) {
	case nil:
		return null, nil
	case bool:
		return mkBool(x), nil
	case string:
		if strings.Contains(x, "\x00") {
			ev.fail(pos, "input string '%s' has a NUL byte (0x00), which is not allowed in strings", x)
		}
		return mkString(x), nil
	case json.Number:
		return ev.jsonNumber(x.String(), pos)
	case json.Delim:
		ev.enter(pos)
		defer ev.leave()
		if x == '[' {
			return ev.jsonList(dec, pos)
		}
		return ev.jsonObject(dec, pos)
	}
	return null, nil
}

func (ev *Evaluator) jsonNumber(s string, pos Pos) (Value, error) {
	if !strings.ContainsAny(s, ".eE") {
		if i, err := strconv.ParseInt(s, 10, 64); err == nil {
			return mkInt(i), nil
		}
		if u, err := strconv.ParseUint(s, 10, 64); err == nil {
			ev.fail(pos, "unsigned json number %d outside of Nix integer range", u)
		}
	}
	f, err := strconv.ParseFloat(s, 64)
	return mkFloat(f), err
}

func (ev *Evaluator) jsonList(dec *json.Decoder, pos Pos) (Value, error) {
	var list []*Value
	for dec.More() {
		v, err := ev.readJSON(dec, pos)
		if err != nil {
			return null, err
		}
		list = append(list, ev.cell(v))
	}
	_, err := dec.Token()
	return mkList(list), err
}

func (ev *Evaluator) jsonObject(dec *json.Decoder, pos Pos) (Value, error) {
	var list []Attr
	index := map[Sym]int{}
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return null, err
		}
		name, _ := key.(string)
		if strings.Contains(name, "\x00") {
			ev.fail(pos, "input string '%s' has a NUL byte (0x00), which is not allowed in strings", name)
		}
		v, err := ev.readJSON(dec, pos)
		if err != nil {
			return null, err
		}
		sym := ev.intern(name)
		if i, ok := index[sym]; ok {
			list[i].val = ev.cell(v)
			continue
		}
		index[sym] = len(list)
		list = append(list, Attr{sym, 0, ev.cell(v)})
	}
	_, err := dec.Token()
	sortAttrs(list)
	return mkAttrs(list), err
}
