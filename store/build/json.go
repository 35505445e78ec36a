package build

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Structured attributes are JSON that Nix reads and prints again: compact, with
// sorted keys, and with numbers and escapes that encoding/json writes otherwise.

// parseObject reads a JSON object. Numbers become int64, uint64 or float64,
// whichever is the first that can hold what is written.
func parseObject(text string) (map[string]any, error) {
	if !utf8.ValidString(text) {
		return nil, errors.New("they are not UTF-8")
	}
	d := json.NewDecoder(strings.NewReader(text))
	d.UseNumber()
	var object map[string]any
	if err := d.Decode(&object); err != nil {
		return nil, err
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, errors.New("there is more after the object")
	}
	if object == nil {
		return nil, errors.New("null is not an object")
	}
	value, err := numbers(object)
	if err != nil {
		return nil, err
	}
	return value.(map[string]any), nil
}

// numbers replaces every json.Number in value, in place.
func numbers(value any) (_ any, err error) {
	switch value := value.(type) {
	case map[string]any:
		for key := range value {
			if value[key], err = numbers(value[key]); err != nil {
				return nil, err
			}
		}
	case []any:
		for i := range value {
			if value[i], err = numbers(value[i]); err != nil {
				return nil, err
			}
		}
	case json.Number:
		return readNumber(string(value))
	}
	return value, nil
}

func readNumber(text string) (any, error) {
	if !strings.ContainsAny(text, ".eE") {
		if n, err := strconv.ParseInt(text, 10, 64); err == nil {
			return n, nil
		}
		if n, err := strconv.ParseUint(text, 10, 64); err == nil {
			return n, nil
		}
	}
	f, err := strconv.ParseFloat(text, 64)
	if err != nil {
		return nil, fmt.Errorf("the number %.40s is too large", text)
	}
	return f, nil
}

// appendJSON appends value as Nix prints it.
func appendJSON(text []byte, value any) []byte {
	switch value := value.(type) {
	case nil:
		return append(text, "null"...)
	case bool:
		return strconv.AppendBool(text, value)
	case int64:
		return strconv.AppendInt(text, value, 10)
	case uint64:
		return strconv.AppendUint(text, value, 10)
	case float64:
		return appendFloat(text, value)
	case string:
		return appendString(text, value)
	case []any:
		text = append(text, '[')
		for i, v := range value {
			if i > 0 {
				text = append(text, ',')
			}
			text = appendJSON(text, v)
		}
		return append(text, ']')
	case map[string]any:
		text = append(text, '{')
		for i, key := range slices.Sorted(maps.Keys(value)) {
			if i > 0 {
				text = append(text, ',')
			}
			text = append(appendString(text, key), ':')
			text = appendJSON(text, value[key])
		}
		return append(text, '}')
	}
	panic(fmt.Sprintf("build: no JSON for %T", value))
}

// appendFloat prints the shortest digits that read back as f: with an exponent
// from 1e15 on and below 1e-4, and a fraction always.
func appendFloat(text []byte, f float64) []byte {
	if abs := math.Abs(f); abs != 0 && (abs < 1e-4 || abs >= 1e15) {
		return strconv.AppendFloat(text, f, 'e', -1, 64)
	}
	start := len(text)
	text = strconv.AppendFloat(text, f, 'f', -1, 64)
	if !slices.Contains(text[start:], '.') {
		text = append(text, ".0"...)
	}
	return text
}

func appendString(text []byte, s string) []byte {
	text = append(text, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case c == '"', c == '\\':
			text = append(text, '\\', c)
		case c == '\b':
			text = append(text, '\\', 'b')
		case c == '\f':
			text = append(text, '\\', 'f')
		case c == '\n':
			text = append(text, '\\', 'n')
		case c == '\r':
			text = append(text, '\\', 'r')
		case c == '\t':
			text = append(text, '\\', 't')
		case c < 0x20:
			text = fmt.Appendf(text, `\u%04x`, c)
		default:
			text = append(text, c)
		}
	}
	return append(text, '"')
}
