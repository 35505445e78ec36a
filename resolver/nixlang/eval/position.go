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

	lines []uint32 // where lines begin, once somebody has asked
}

// at makes an offset in the file readable.
func (f *file) at(pos Pos) syntax.Position {
	if f.lines == nil {
		f.lines = syntax.Lines(f.text)
	}
	off := uint32(pos - f.base)
	i := sort.Search(len(f.lines), func(i int) bool { return f.lines[i] > off })
	return syntax.Position{Line: i, Column: int(off-f.lines[i-1]) + 1}
}

// addFile gives a text its range of positions.
func (ev *Evaluator) addFile(name, text string, real bool) *file {
	base := Pos(1)
	if n := len(ev.files); n > 0 {
		last := ev.files[n-1]
		base = last.base + Pos(len(last.text)) + 1
	}
	f := &file{name: name, text: text, base: base, real: real}
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
	at := f.at(pos)
	return Place{f.name, at.Line, at.Column, syntax.LineAt(f.text, at.Line)}
}
