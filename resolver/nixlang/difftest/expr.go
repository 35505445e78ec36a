package difftest

import "strings"

// Expr is an expression: texts with expressions between them. There is one
// more text than there are Kids.
type Expr struct {
	Texts []string
	Kids  []*Expr
	// Any of the kids may go: they are elements of a list or bindings of a set.
	Loose bool
}

func leaf(text string) *Expr { return &Expr{Texts: []string{text}} }

// String returns the text of an expression.
func (e *Expr) String() string {
	var b strings.Builder
	e.write(&b)
	return b.String()
}

func (e *Expr) write(b *strings.Builder) {
	for i, text := range e.Texts {
		b.WriteString(text)
		if i < len(e.Kids) {
			e.Kids[i].write(b)
		}
	}
}

// size counts the expressions in an expression.
func (e *Expr) size() int {
	n := 1
	for _, k := range e.Kids {
		n += k.size()
	}
	return n
}
