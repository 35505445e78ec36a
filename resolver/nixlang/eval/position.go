package eval

import (
	"fmt"
	"sort"

	"devenv/resolver/nixlang/syntax"
)

// Pos is a place in any file: the file's base and a byte offset. 0 is nowhere.
type Pos uint32

// Place is a position that a person can read. File is empty where there is
// none.
type Place struct {
	File         string
	Line, Column int
	// Text is the line itself.
	Text string
}

// String returns file:line:column.
func (p Place) String() string { return fmt.Sprintf("%s:%d:%d", p.File, p.Line, p.Column) }

// file is a parsed text.
type file struct {
	name string
	text string
	base Pos
	real bool // it is a file, not an expression from elsewhere
}

// addFile gives a text its range of positions.
func (ev *Evaluator) addFile(name, text string, real bool) *file {
	base := Pos(1)
	if n := len(ev.files); n > 0 {
		last := ev.files[n-1]
		base = last.base + Pos(len(last.text)) + 1
	}
	f := &file{name, text, base, real}
	ev.files = append(ev.files, f)
	return f
}

func (ev *Evaluator) fileOf(pos Pos) *file {
	i := sort.Search(len(ev.files), func(i int) bool { return ev.files[i].base > pos })
	if pos == 0 || i == 0 {
		return nil
	}
	return ev.files[i-1]
}

// Place makes a position readable.
func (ev *Evaluator) Place(pos Pos) Place {
	f := ev.fileOf(pos)
	if f == nil {
		return Place{}
	}
	at := syntax.PositionAt(f.text, uint32(pos-f.base))
	return Place{f.name, at.Line, at.Column, syntax.LineAt(f.text, at.Line)}
}
