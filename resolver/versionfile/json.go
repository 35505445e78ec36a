package versionfile

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
)

// value is a JSON value that knows where it stands.
type value struct {
	span
	scalar  any              // string, float64, bool or nil, unless object or array
	members map[string]value // of an object; the last of equal keys, as in JavaScript
	items   []value          // of an array
	kind    string           // "object", "array", "string", "number", "boolean", "null"
}

// json reads the data as one JSON value.
func (r *reader) json() (value, error) {
	p := jsonReader{r: r, dec: json.NewDecoder(bytes.NewReader(r.data[r.bom():]))}
	v, err := p.value()
	if err == nil {
		if _, err = p.dec.Token(); err == io.EOF {
			return v, nil
		}
		if err == nil {
			err = errors.New("more text after the end of the object")
		}
	}
	return value{}, p.wrap(err)
}

// bom is the length of the byte order mark, which npm skips.
func (r *reader) bom() int {
	if bytes.HasPrefix(r.data, []byte("\ufeff")) {
		return len("\ufeff")
	}
	return 0
}

type jsonReader struct {
	r   *reader
	dec *json.Decoder
}

// offset is the end of the last token, in the file.
func (p *jsonReader) offset() int { return p.r.bom() + int(p.dec.InputOffset()) }

// wrap gives a syntax error its place.
func (p *jsonReader) wrap(err error) error {
	at := p.offset()
	var syntax *json.SyntaxError
	if errors.As(err, &syntax) {
		at = p.r.bom() + int(syntax.Offset) - 1
	}
	if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
		at, err = len(p.r.data), errors.New("the file ends in the middle")
	}
	return p.r.errorf(span{at, at + 1}, "not JSON: %v", err).
		Fixed("npm refuses the file too; npm pkg get name shows how it reads it")
}

// token is the next token and where it stands.
func (p *jsonReader) token() (json.Token, span, error) {
	start := p.offset()
	t, err := p.dec.Token()
	if err != nil {
		return nil, span{}, err
	}
	for start < p.offset() && (isBlank(p.r.data[start]) || p.r.data[start] == ',' || p.r.data[start] == ':') {
		start++
	}
	return t, span{start, p.offset()}, nil
}

// value reads one value and all that is in it.
func (p *jsonReader) value() (value, error) {
	t, at, err := p.token()
	if err != nil {
		return value{}, err
	}
	switch t := t.(type) {
	case json.Delim:
		if t == '{' {
			return p.object(at)
		}
		return p.array(at)
	case string:
		return value{span: at, scalar: t, kind: "string"}, nil
	case bool:
		return value{span: at, scalar: t, kind: "boolean"}, nil
	case nil:
		return value{span: at, kind: "null"}, nil
	default:
		return value{span: at, scalar: t, kind: "number"}, nil
	}
}

func (p *jsonReader) object(at span) (value, error) {
	v := value{span: at, kind: "object", members: map[string]value{}}
	for p.dec.More() {
		key, _, err := p.token()
		if err != nil {
			return v, err
		}
		name, _ := key.(string)
		member, err := p.value()
		if err != nil {
			return v, err
		}
		v.members[name] = member
	}
	_, _, err := p.token()
	return v, err
}

func (p *jsonReader) array(at span) (value, error) {
	v := value{span: at, kind: "array"}
	for p.dec.More() {
		item, err := p.value()
		if err != nil {
			return v, err
		}
		v.items = append(v.items, item)
	}
	_, _, err := p.token()
	return v, err
}
