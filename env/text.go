package env

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

// encoding/json replaces bytes that are no UTF-8, but paths and values may have
// them. Such strings are written as NUL and their base64: nothing that can be
// in an environment or be a path begins with NUL.
const base64Mark = "\x00"

// toText makes a string fit for JSON.
func toText(s string) string {
	if utf8.ValidString(s) && !strings.HasPrefix(s, base64Mark) {
		return s
	}
	return base64Mark + base64.StdEncoding.EncodeToString([]byte(s))
}

// fromText is the reverse of toText; what toText does not write is taken as it
// is.
func fromText(s string) string {
	encoded, marked := strings.CutPrefix(s, base64Mark)
	if !marked {
		return s
	}
	data, err := base64.StdEncoding.DecodeString(encoded)
	if err != nil {
		return s
	}
	return string(data)
}

func eachText(l []string, convert func(string) string) []string {
	if l == nil {
		return nil
	}
	out := make([]string, len(l))
	for i, s := range l {
		out[i] = convert(s)
	}
	return out
}

func mapped[V any](m map[string]V, convert func(V) V) map[string]V {
	if m == nil {
		return nil
	}
	out := make(map[string]V, len(m))
	for name, v := range m {
		out[name] = convert(v)
	}
	return out
}
