package ui

import "encoding/json"

// JSON prints an answer as indented JSON with a newline at the end; HTML
// characters are left as they are.
func (s *Streams) JSON(v any) error {
	enc := json.NewEncoder(s.Out)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(v)
}
