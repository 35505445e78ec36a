package notation

import (
	"errors"
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/pelletier/go-toml/v2"
)

// TOMLOptions are the settings of builtins.fromTOML.
type TOMLOptions struct {
	// Timestamps has dates and times become sets of a _type and a value, as the
	// experimental feature parse-toml-timestamps does. Otherwise they are errors.
	Timestamps bool
	// MaxDepth is how many tables and arrays may be inside each other.
	MaxDepth int
}

// ParseTOML reads a TOML 1.0 document as builtins.fromTOML does: into a set, with
// the keys of each table in order. Integers that do not fit 64 bits and NUL
// characters are errors, of the type *[SyntaxError].
func ParseTOML(text string, opts TOMLOptions, b Builder) error {
	text = strings.TrimPrefix(text, "\ufeff")
	if err := (&tomlScanner{text: text}).check(opts.MaxDepth); err != nil {
		return err
	}
	var table map[string]any
	if err := toml.Unmarshal([]byte(text), &table); err != nil {
		var at *toml.DecodeError
		if errors.As(err, &at) {
			line, column := at.Position()
			return &SyntaxError{"TOML", line, column, strings.TrimPrefix(at.Error(), "toml: ")}
		}
		return tomlError(strings.TrimPrefix(err.Error(), "toml: "))
	}
	return (&tomlWalker{opts, b}).table(table, 0)
}

func tomlError(reason string) error { return &SyntaxError{Format: "TOML", Reason: reason} }

// tomlWalker tells a builder what a decoded document holds.
type tomlWalker struct {
	opts TOMLOptions
	b    Builder
}

func (w *tomlWalker) table(table map[string]any, depth int) error {
	if depth >= w.opts.MaxDepth {
		return tomlTooDeep(w.opts.MaxDepth)
	}
	if err := w.b.BeginSet(); err != nil {
		return err
	}
	for _, key := range slices.Sorted(maps.Keys(table)) {
		if err := noNUL(key); err != nil {
			return err
		}
		if err := w.b.Key(key); err != nil {
			return err
		}
		if err := w.value(table[key], depth+1); err != nil {
			return err
		}
	}
	return w.b.EndSet(len(table))
}

func (w *tomlWalker) array(array []any, depth int) error {
	if depth >= w.opts.MaxDepth {
		return tomlTooDeep(w.opts.MaxDepth)
	}
	if err := w.b.BeginList(); err != nil {
		return err
	}
	for _, element := range array {
		if err := w.value(element, depth+1); err != nil {
			return err
		}
	}
	return w.b.EndList(len(array))
}

func (w *tomlWalker) value(v any, depth int) error {
	switch v := v.(type) {
	case map[string]any:
		return w.table(v, depth)
	case []any:
		return w.array(v, depth)
	case bool:
		return w.b.Bool(v)
	case int64:
		return w.b.Int(v)
	case float64:
		return w.b.Float(v)
	case string:
		if err := noNUL(v); err != nil {
			return err
		}
		return w.b.String(v)
	}
	return w.timestamp(v)
}

// timestamp tells of a date or a time.
func (w *tomlWalker) timestamp(v any) error {
	if !w.opts.Timestamps {
		return tomlError("Dates and times are not supported: they need the experimental feature parse-toml-timestamps")
	}
	var value string
	switch v := v.(type) {
	case time.Time:
		value = v.Format("2006-01-02T15:04:05") + fraction(v.Nanosecond()) + v.Format("Z07:00")
	case toml.LocalDateTime:
		value = v.LocalDate.String() + "T" + clock(v.LocalTime)
	case toml.LocalDate:
		value = v.String()
	case toml.LocalTime:
		value = clock(v)
	default:
		return tomlError(fmt.Sprintf("a value of the type %T", v))
	}
	return errors.Join(w.b.BeginSet(), w.b.Key("_type"), w.b.String("timestamp"), w.b.Key("value"), w.b.String(value), w.b.EndSet(2))
}

func clock(t toml.LocalTime) string {
	return fmt.Sprintf("%02d:%02d:%02d", t.Hour, t.Minute, t.Second) + fraction(t.Nanosecond)
}

// fraction writes a part of a second with 0, 3, 6 or 9 digits, as few as do.
func fraction(nanoseconds int) string {
	switch {
	case nanoseconds == 0:
		return ""
	case nanoseconds%1_000_000 == 0:
		return fmt.Sprintf(".%03d", nanoseconds/1_000_000)
	case nanoseconds%1_000 == 0:
		return fmt.Sprintf(".%06d", nanoseconds/1_000)
	}
	return fmt.Sprintf(".%09d", nanoseconds)
}

func noNUL(s string) error {
	if strings.IndexByte(s, 0) >= 0 {
		return tomlError(hasNUL(s))
	}
	return nil
}

func tomlTooDeep(most int) error {
	return tomlError(fmt.Sprintf("more than %d tables and arrays are inside each other", most))
}

// tomlScanner walks through a document before the decoder does. It finds what
// would take the decoder too deep, and what it takes from TOML 1.1: escapes by \e
// and \x, and inline tables with line breaks or a comma at the end.
type tomlScanner struct {
	text string
	at   int
	open []byte // brackets and braces
	dots int    // in the key at hand
}

func (s *tomlScanner) check(most int) error {
	last := byte(0) // character that is no blank
	for ; s.at < len(s.text); s.at++ {
		inTable := len(s.open) > 0 && s.open[len(s.open)-1] == '{'
		c := s.text[s.at]
		switch c {
		case '[', '{':
			s.open = append(s.open, c)
		case ']', '}':
			if c == '}' && last == ',' && inTable {
				return s.fail("an inline table cannot end in a comma")
			}
			s.open = s.open[:max(0, len(s.open)-1)]
		case '.':
			s.dots++
		case '\n':
			if inTable {
				return s.fail("an inline table must be on one line")
			}
			s.dots = 0
		case '=', ',':
			s.dots = 0
		case '#':
			for s.at+1 < len(s.text) && s.text[s.at+1] != '\n' {
				s.at++
			}
			continue
		case '"', '\'':
			if err := s.skipString(); err != nil {
				return err
			}
		case ' ', '\t', '\r':
			continue
		}
		last = c
		if len(s.open) > most || s.dots > most {
			return tomlTooDeep(most)
		}
	}
	return nil
}

// skipString goes to the last character of the string that begins here.
func (s *tomlScanner) skipString() error {
	quote := s.text[s.at : s.at+1]
	if triple := strings.Repeat(quote, 3); strings.HasPrefix(s.text[s.at:], triple) {
		quote = triple
	}
	for s.at += len(quote); s.at < len(s.text) && !strings.HasPrefix(s.text[s.at:], quote); s.at++ {
		switch c := s.text[s.at]; {
		case c == '\n' && len(quote) == 1:
			return nil // an error, which the decoder finds
		case c == '\\' && quote[0] == '"':
			if s.at++; s.at < len(s.text) && (s.text[s.at] == 'e' || s.text[s.at] == 'x') {
				return s.fail(`a backslash must be followed by one of "\bfnrtuU`)
			}
		}
	}
	s.at += len(quote) - 1
	return nil
}

func (s *tomlScanner) fail(reason string) error {
	before := s.text[:s.at]
	return &SyntaxError{"TOML", 1 + strings.Count(before, "\n"), len(before) - strings.LastIndexByte(before, '\n'), reason}
}
