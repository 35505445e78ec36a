package notation

import (
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf8"
)

// AppendJSONString appends s as a JSON string as builtins.toJSON writes it:
// only what must be is escaped. Bytes that are not UTF-8 are an error.
func AppendJSONString(text []byte, s string) ([]byte, error) {
	text = append(text, '"')
	start := 0
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, size := utf8.DecodeRuneInString(s[i:])
			if r == utf8.RuneError && size == 1 {
				return text, fmt.Errorf("JSON serialization error: invalid UTF-8 byte at index %d: 0x%02X", i, c)
			}
			i += size
			continue
		}
		if c >= ' ' && c != '"' && c != '\\' {
			i++
			continue
		}
		text = append(text, s[start:i]...)
		if at := strings.IndexByte("\"\\\b\f\n\r\t", c); at >= 0 {
			text = append(text, '\\', `"\bfnrt`[at])
		} else {
			text = fmt.Appendf(text, `\u%04x`, c)
		}
		i++
		start = i
	}
	return append(append(text, s[start:]...), '"'), nil
}

// AppendJSONFloat appends f as builtins.toJSON writes it: with digits that read
// as f, and always a fraction or an exponent. JSON has no infinities and no NaN:
// they are null.
func AppendJSONFloat(text []byte, f float64) []byte {
	if math.IsInf(f, 0) || math.IsNaN(f) {
		return append(text, "null"...)
	}
	if math.Signbit(f) {
		text, f = append(text, '-'), -f
	}
	if f == 0 {
		return append(text, "0.0"...)
	}
	const mostBefore, mostZeros = 15, 3 // digits before the point, and zeros behind it
	digits, exponent := grisu2(f)
	switch before := len(digits) + exponent; {
	case exponent >= 0 && before <= mostBefore:
		text = append(text, digits...)
		text = append(text, strings.Repeat("0", exponent)...)
		return append(text, ".0"...)
	case 0 < before && before <= mostBefore:
		text = append(append(text, digits[:before]...), '.')
		return append(text, digits[before:]...)
	case -mostZeros <= before && before <= 0:
		text = append(append(text, "0."...), strings.Repeat("0", -before)...)
		return append(text, digits...)
	default:
		text = append(text, digits[0])
		if len(digits) > 1 {
			text = append(append(text, '.'), digits[1:]...)
		}
		return fmt.Appendf(text, "e%+03d", before-1)
	}
}

// AppendFloat appends f as Nix prints floats, and toXML writes them: with 6
// significant digits, as C's "%g".
func AppendFloat(text []byte, f float64) []byte {
	if special, ok := specialFloat(f); ok {
		return append(text, special...)
	}
	return strconv.AppendFloat(text, f, 'g', 6, 64)
}

// AppendFloatString appends f as builtins.toString does: with 6 digits after
// the point, as C's "%f".
func AppendFloatString(text []byte, f float64) []byte {
	if special, ok := specialFloat(f); ok {
		return append(text, special...)
	}
	return strconv.AppendFloat(text, f, 'f', 6, 64)
}

// specialFloat returns C's names of the infinities and of NaN.
func specialFloat(f float64) (string, bool) {
	switch {
	case math.IsNaN(f) && math.Signbit(f):
		return "-nan", true
	case math.IsNaN(f):
		return "nan", true
	case math.IsInf(f, 1):
		return "inf", true
	case math.IsInf(f, -1):
		return "-inf", true
	}
	return "", false
}

// AppendString appends s as a string of the Nix language.
func AppendString(text []byte, s string) []byte {
	text = append(text, '"')
	start := 0
	for i := range len(s) {
		letter := s[i]
		switch letter {
		case '"', '\\':
		case '\n':
			letter = 'n'
		case '\r':
			letter = 'r'
		case '\t':
			letter = 't'
		case '$':
			if i+1 == len(s) || s[i+1] != '{' {
				continue
			}
		default:
			continue
		}
		text = append(append(text, s[start:i]...), '\\', letter)
		start = i + 1
	}
	return append(append(text, s[start:]...), '"')
}

// AppendAttrName appends the name of an attribute or a variable as Nix prints
// it: quoted unless it is an identifier.
func AppendAttrName(text []byte, name string) []byte {
	if IsIdentifier(name) {
		return append(text, name...)
	}
	return AppendString(text, name)
}

// IsIdentifier reports whether name can stand as an attribute's name without
// quotation marks. It may be "or", and no other keyword.
func IsIdentifier(name string) bool {
	if name == "" || IsKeyword(name) || isDigit(name[0]) || name[0] == '-' || name[0] == '\'' {
		return false
	}
	for i := range len(name) {
		if c := name[i]; !('a' <= c|0x20 && c|0x20 <= 'z' || isDigit(c) || c == '_' || c == '-' || c == '\'') {
			return false
		}
	}
	return true
}

// IsKeyword reports whether name is a word of the language that nothing else can
// be called.
func IsKeyword(name string) bool {
	switch name {
	case "if", "then", "else", "assert", "with", "let", "in", "rec", "inherit":
		return true
	}
	return false
}

// AppendXML appends s as it stands inside an attribute of toXML's output.
func AppendXML(text []byte, s string) []byte {
	start := 0
	for i := range len(s) {
		var escaped string
		switch s[i] {
		case '"':
			escaped = "&quot;"
		case '<':
			escaped = "&lt;"
		case '>':
			escaped = "&gt;"
		case '&':
			escaped = "&amp;"
		case '\n':
			escaped = "&#xA;"
		default:
			continue
		}
		text = append(append(text, s[start:i]...), escaped...)
		start = i + 1
	}
	return append(text, s[start:]...)
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' }
