package regex

import "fmt"

// SyntaxError tells why a pattern is none.
type SyntaxError struct {
	Pattern string
	Offset  int // in bytes, of where reading stopped
	Reason  string
}

// Error says it as Nix does, and why.
func (e *SyntaxError) Error() string {
	return fmt.Sprintf("invalid regular expression '%s': %s at byte %d", shown(e.Pattern), e.Reason, e.Offset)
}

// longestShown is how much of a pattern messages show, in bytes.
const longestShown = 200

// shown cuts a pattern that is too long to be shown.
func shown(pattern string) string {
	if len(pattern) > longestShown {
		return pattern[:longestShown] + "…"
	}
	return pattern
}

// LimitError says that a pattern, or a match of it, is too large.
type LimitError struct {
	Pattern string
	What    string // "memory" or "time"
}

// Error says it as Nix does.
func (e *LimitError) Error() string {
	return fmt.Sprintf("%s limit exceeded by regular expression '%s'", e.What, shown(e.Pattern))
}

// Hint says what to do about it.
func (e *LimitError) Hint() string {
	return "make the expression simpler: without repetitions inside repetitions, or with smaller bounds in braces"
}
