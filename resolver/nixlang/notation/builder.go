package notation

import "fmt"

// Builder takes what a text says, in its order. An error ends the reading and is
// returned by it. The strings may share memory with the text.
type Builder interface {
	Null() error
	Bool(bool) error
	Int(int64) error
	Float(float64) error
	String(string) error

	BeginList() error
	EndList(elements int) error

	// Each key is followed by its value. A key may come again: the last value
	// counts, and EndSet counts both.
	BeginSet() error
	Key(string) error
	EndSet(values int) error
}

// SyntaxError tells where a text is not what it should be.
type SyntaxError struct {
	Format       string // "JSON" or "TOML"
	Line, Column int    // from 1, in bytes; 0 if not known
	Reason       string
}

// Error says where and what.
func (e *SyntaxError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("while parsing %s: %s", e.Format, e.Reason)
	}
	return fmt.Sprintf("while parsing %s: line %d, column %d: %s", e.Format, e.Line, e.Column, e.Reason)
}
