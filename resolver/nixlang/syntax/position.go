package syntax

import (
	"strconv"
	"strings"
)

// Position is a place in a text: line and column count from 1, the column in
// bytes.
type Position struct{ Line, Column int }

// PositionAt turns a byte offset into a line and a column. A line ends with
// LF, CRLF or a lone CR.
func PositionAt(text string, off uint32) Position {
	lines := Lines(text[:min(int(off)+1, len(text))])
	n := len(lines)
	for n > 1 && lines[n-1] > off {
		n--
	}
	return Position{n, int(off-lines[n-1]) + 1}
}

// Lines returns the offsets at which the lines of a text begin; there is always
// one.
func Lines(text string) []uint32 {
	if strings.IndexByte(text, '\r') < 0 {
		return newlines(text)
	}
	lines := make([]uint32, 1, 1+len(text)/32)
	for i := 0; i < len(text); i++ {
		switch text[i] {
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				i++
			}
			lines = append(lines, uint32(i+1))
		case '\n':
			lines = append(lines, uint32(i+1))
		}
	}
	return lines
}

// newlines is Lines for a text in which nothing else ends a line.
func newlines(text string) []uint32 {
	lines := make([]uint32, 1, 1+strings.Count(text, "\n"))
	for end := 0; ; {
		i := strings.IndexByte(text[end:], '\n')
		if i < 0 {
			return lines
		}
		end += i + 1
		lines = append(lines, uint32(end))
	}
}

// LineAt returns the text of a line that counts from 1, without its end.
func LineAt(text string, line int) string {
	for ; line > 1; line-- {
		i := strings.IndexAny(text, "\r\n")
		if i < 0 {
			return ""
		}
		if strings.HasPrefix(text[i:], "\r\n") {
			i++
		}
		text = text[i+1:]
	}
	if i := strings.IndexAny(text, "\r\n"); i >= 0 {
		text = text[:i]
	}
	return text
}

// Error is a text that is no Nix expression. Off is the byte offset of the
// mistake.
type Error struct {
	Msg string
	Off uint32
}

func (e *Error) Error() string { return e.Msg }

// OriginMark stands for the name of the file in the message of an Error that
// speaks of a second place.
const OriginMark = "\x00"

func placeholder(at Position) string {
	return OriginMark + ":" + strconv.Itoa(at.Line) + ":" + strconv.Itoa(at.Column)
}
