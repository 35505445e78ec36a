package syntax

import (
	"math"

	"devenv/resolver/nixlang/notation"
)

// Int returns the value of an Int node.
func (n *Node) Int() int64 { return int64(uint64(n.A) | uint64(n.B)<<32) }

// Float returns the value of a Float node.
func (n *Node) Float() float64 { return math.Float64frombits(uint64(n.A) | uint64(n.B)<<32) }

// FormatFloat writes a float as Nix prints it.
func FormatFloat(f float64) string { return string(notation.AppendFloat(nil, f)) }

// Quote writes a string as a Nix literal.
func Quote(s string) string { return string(notation.AppendString(nil, s)) }

// AppendQuoted appends a string as a Nix literal.
func AppendQuoted(dst []byte, s string) []byte { return notation.AppendString(dst, s) }

// QuoteName writes an attribute name, in quotes if it needs them.
func QuoteName(s string) string { return string(notation.AppendAttrName(nil, s)) }
