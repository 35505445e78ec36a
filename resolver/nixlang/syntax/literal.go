package syntax

import (
	"math"
	"strconv"
	"strings"
)

// Int returns the value of an Int node.
func (n *Node) Int() int64 { return int64(uint64(n.A) | uint64(n.B)<<32) }

// Float returns the value of a Float node.
func (n *Node) Float() float64 { return math.Float64frombits(uint64(n.A) | uint64(n.B)<<32) }

// FormatFloat writes a float as Nix prints it: six significant digits, an
// exponent of at least two.
func FormatFloat(f float64) string {
	switch {
	case math.IsNaN(f):
		if math.Signbit(f) {
			return "-nan"
		}
		return "nan"
	case math.IsInf(f, 1):
		return "inf"
	case math.IsInf(f, -1):
		return "-inf"
	}
	s := strconv.FormatFloat(f, 'e', 5, 64)
	i := strings.IndexByte(s, 'e')
	exp, _ := strconv.Atoi(s[i+1:])
	if exp < -4 || exp >= 6 {
		return trimZeros(s[:i]) + s[i:]
	}
	return trimZeros(strconv.FormatFloat(f, 'f', 5-exp, 64))
}

func trimZeros(s string) string {
	if !strings.Contains(s, ".") {
		return s
	}
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// Quote writes a string as a Nix literal.
func Quote(s string) string { return string(AppendQuoted(nil, s)) }

// AppendQuoted appends a string as a Nix literal.
func AppendQuoted(dst []byte, s string) []byte {
	dst = append(dst, '"')
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case c == '"' || c == '\\':
			dst = append(dst, '\\', c)
		case c == '\n':
			dst = append(dst, `\n`...)
		case c == '\r':
			dst = append(dst, `\r`...)
		case c == '\t':
			dst = append(dst, `\t`...)
		case c == '$' && i+1 < len(s) && s[i+1] == '{':
			dst = append(dst, `\$`...)
		default:
			dst = append(dst, c)
		}
	}
	return append(dst, '"')
}

// QuoteName writes an attribute name, in quotes if it needs them.
func QuoteName(s string) string {
	if IsName(s) {
		return s
	}
	return Quote(s)
}

// IsName tells whether a name can be written without quotes. `or` can.
func IsName(s string) bool {
	if s == "" || !is(s[0], clsIDStart) {
		return false
	}
	for i := 1; i < len(s); i++ {
		if !is(s[i], clsID) {
			return false
		}
	}
	tok := keyword(s)
	return tok == tokID || tok == tokOrKw
}
