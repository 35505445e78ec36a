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
	end := min(int(off), len(text))
	line, start := 1, 0
	for i := 0; i < end; i++ {
		switch text[i] {
		case '\n':
			line, start = line+1, i+1
		case '\r':
			if i+1 < len(text) && text[i+1] == '\n' {
				if i+1 < end {
					i++
				} else {
					continue
				}
			}
			line, start = line+1, i+1
		}
	}
	return Position{line, end - start + 1}
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
