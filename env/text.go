package env

import (
	"encoding/json"
	"unicode/utf8"
)

// text is a string of bytes in JSON: a JSON string where the bytes are UTF-8,
// else {"base64": "…"}. encoding/json alone would replace the other bytes.
type text string

type encodedText struct {
	Base64 []byte `json:"base64"`
}

// MarshalJSON writes the string.
func (t text) MarshalJSON() ([]byte, error) {
	if utf8.ValidString(string(t)) {
		return json.Marshal(string(t))
	}
	return json.Marshal(encodedText{[]byte(t)})
}

// UnmarshalJSON reads what MarshalJSON writes.
func (t *text) UnmarshalJSON(data []byte) error {
	if len(data) > 0 && data[0] == '"' {
		return json.Unmarshal(data, (*string)(t))
	}
	var e encodedText
	if err := json.Unmarshal(data, &e); err != nil {
		return err
	}
	*t = text(e.Base64)
	return nil
}

func texts(l []string) []text {
	if l == nil {
		return nil
	}
	out := make([]text, len(l))
	for i, s := range l {
		out[i] = text(s)
	}
	return out
}

func plain(l []text) []string {
	if l == nil {
		return nil
	}
	out := make([]string, len(l))
	for i, s := range l {
		out[i] = string(s)
	}
	return out
}

func mapped[A, B any](m map[string]A, f func(A) B) map[string]B {
	if m == nil {
		return nil
	}
	out := make(map[string]B, len(m))
	for name, v := range m {
		out[name] = f(v)
	}
	return out
}
