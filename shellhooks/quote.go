package shellhooks

import (
	"fmt"
	"strings"
	"unicode/utf8"

	"devenv/env"
)

// A QuoteError is a string that no shell can hold.
type QuoteError struct{ Text string }

func (e *QuoteError) Error() string { return fmt.Sprintf("%.40q contains a NUL byte", e.Text) }

// Hint is the next step.
func (e *QuoteError) Hint() string {
	return "NUL ends a string; encode the value, for example in base64"
}

// Quote returns s as one word of a shell's language that stands for exactly the
// bytes of s, wherever a word may stand in a script. The only error is a
// *[QuoteError].
func Quote(shell env.Shell, s string) (string, error) {
	if strings.Contains(s, "\x00") {
		return "", &QuoteError{s}
	}
	if shell == env.Fish {
		return quoteFish(s), nil
	}
	return quotePosix(s), nil
}

// quotePosix uses '…', where every byte stands for itself; strings with control
// characters or bytes that are not UTF-8 are written in ASCII as $'…'.
func quotePosix(s string) string {
	if !needsEscapes(s) {
		return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'"
	}
	var b strings.Builder
	b.WriteString("$'")
	for i := range len(s) {
		switch c := s[i]; {
		case c == '\'' || c == '\\':
			b.WriteByte('\\')
			b.WriteByte(c)
		case c < ' ' || c >= 0x7f:
			fmt.Fprintf(&b, `\%03o`, c)
		default:
			b.WriteByte(c)
		}
	}
	b.WriteByte('\'')
	return b.String()
}

func needsEscapes(s string) bool {
	return !utf8.ValidString(s) || strings.ContainsFunc(s, func(r rune) bool { return r < ' ' || r == 0x7f })
}

// quoteFish uses '…', where only \ and ' are special, and \Xhh outside of it for
// bytes that are not UTF-8.
func quoteFish(s string) string {
	var b strings.Builder
	b.WriteByte('\'')
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		switch {
		case r == utf8.RuneError && size == 1:
			fmt.Fprintf(&b, `'\X%02x'`, s[i])
		case r == '\'' || r == '\\':
			b.WriteByte('\\')
			b.WriteByte(s[i])
		default:
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	b.WriteByte('\'')
	return b.String()
}
