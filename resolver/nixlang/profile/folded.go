package profile

import (
	"bufio"
	"fmt"
	"io"
	"strings"
)

// WriteFolded writes a line for each stack, outermost function first, with the
// microseconds that were spent in it: "a;b;c 120". What the file itself did
// outside of functions is called "toplevel".
func (r *Recorder) WriteFolded(w io.Writer, src Source) error {
	b := bufio.NewWriter(w)
	for _, s := range r.order {
		b.WriteString("toplevel")
		for i := len(s.calls) - 1; i >= 0; i-- {
			name := shown(src.Function(s.calls[i].Function))
			b.WriteString(";" + strings.Map(inFolded, name))
		}
		fmt.Fprintf(b, " %d\n", s.spent.Microseconds())
	}
	return b.Flush()
}

// inFolded replaces what has a meaning in the format.
func inFolded(r rune) rune {
	switch r {
	case ';', '\n':
		return '_'
	}
	return r
}
