package versionfile

import (
	"bytes"
	"encoding/json"
	"errors"
)

// value is a JSON value that knows where it stands.
type value struct {
	span
	kind    string           // "object", "array", "string", "number", "boolean", "null"; "" for none
	scalar  any              // string, float64 or bool
	members map[string]value // of an object; the last of equal keys, as in JavaScript
	items   []value          // of an array
}

// json reads the data as one JSON value. A byte order mark is skipped, as npm does.
func (r *reader) json() (value, error) {
	text := bytes.TrimPrefix(r.data, []byte("\ufeff"))
	bom := len(r.data) - len(text)
	var whole json.RawMessage
	if err := json.Unmarshal(text, &whole); err != nil { // also refuses nesting beyond 10000
		at := 0
		var syntax *json.SyntaxError
		if errors.As(err, &syntax) {
			at = max(0, int(syntax.Offset)-1)
		}
		return value{}, r.errorf(span{bom + at, bom + at + 1}, "not JSON: %v", err).Fixed("npm refuses the file too; correct it")
	}
	w := jsonWalker{text: text, bom: bom, dec: json.NewDecoder(bytes.NewReader(text))}
	return w.value(), nil
}

// jsonWalker goes through text that is valid JSON.
type jsonWalker struct {
	text []byte
	bom  int
	dec  *json.Decoder
}

// token is the next token and where it stands in the file.
func (w *jsonWalker) token() (json.Token, span) {
	start := int(w.dec.InputOffset())
	t, _ := w.dec.Token()
	for isBlank(w.text[start]) || w.text[start] == ',' || w.text[start] == ':' {
		start++
	}
	return t, span{w.bom + start, w.bom + int(w.dec.InputOffset())}
}

// value reads one value and all that is in it.
func (w *jsonWalker) value() value {
	t, at := w.token()
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return w.object(at)
		}
		return w.array(at)
	case string:
		return value{span: at, scalar: t, kind: "string"}
	case bool:
		return value{span: at, scalar: t, kind: "boolean"}
	case nil:
		return value{span: at, kind: "null"}
	default:
		return value{span: at, scalar: t, kind: "number"}
	}
}

func (w *jsonWalker) object(at span) value {
	v := value{span: at, kind: "object", members: map[string]value{}}
	for w.dec.More() {
		key, _ := w.token()
		v.members[key.(string)] = w.value()
	}
	w.token()
	return v
}

func (w *jsonWalker) array(at span) value {
	v := value{span: at, kind: "array"}
	for w.dec.More() {
		v.items = append(v.items, w.value())
	}
	w.token()
	return v
}
