package eval

import "devenv/resolver/nixlang/syntax"

// Sym numbers a name for the life of an Evaluator.
type Sym = syntax.Sym

// symbols are the names of all files, each with a cell that holds it as a
// string.
type symbols struct {
	syntax.Symbols
	cells    []*Value
	prefixes []uint64 // the first eight bytes of each name, as a number
}

// intern returns the symbol of a name.
func (ev *Evaluator) intern(name string) Sym { return ev.syms.Intern(name) }

func (ev *Evaluator) name(s Sym) string { return ev.syms.Name(s) }

// nameCell returns the cell that holds a symbol's name.
func (ev *Evaluator) nameCell(s Sym) *Value {
	for int(s) >= len(ev.syms.cells) {
		ev.syms.cells = append(ev.syms.cells, make([]*Value, 1+len(ev.syms.cells))...)
	}
	c := ev.syms.cells[s]
	if c == nil {
		c = ev.cell(mkString(ev.name(s)))
		ev.syms.cells[s] = c
	}
	return c
}

// prefix returns the first eight bytes of a name as a number that orders as they
// do.
func (ev *Evaluator) prefix(s Sym) uint64 {
	for int(s) >= len(ev.syms.prefixes) {
		name := ev.name(Sym(len(ev.syms.prefixes)))
		first := uint64(0)
		for i := range 8 {
			first <<= 8
			if i < len(name) {
				first |= uint64(name[i])
			}
		}
		ev.syms.prefixes = append(ev.syms.prefixes, first)
	}
	return ev.syms.prefixes[s]
}
