package eval

import (
	"slices"
	"strings"
	"testing"
)

// TestBuiltinDocs holds that each builtin is documented, with as many arguments
// as it takes, and nothing else is.
func TestBuiltinDocs(t *testing.T) {
	known := []string{"derivation"}
	for _, table := range [][]primop{
		typeBuiltins, listBuiltins, attrBuiltins, arithBuiltins, stringBuiltins, contextBuiltins,
		controlBuiltins, pathBuiltins, versionBuiltins, formatBuiltins, hashBuiltins, storeBuiltins, fetchBuiltins, flakeBuiltins,
	} {
		for _, op := range table {
			known = append(known, op.name)
			doc, ok := BuiltinDoc(op.name)
			if !ok || len(doc.Args) != op.arity || !strings.HasSuffix(doc.Text, ".") && !strings.HasSuffix(doc.Text, "+ s.") {
				t.Errorf("%s takes %d arguments, and is documented as %+v", op.name, op.arity, doc)
			}
		}
	}
	last := ""
	for line := range strings.Lines(builtinDocs) {
		name, _, _ := strings.Cut(line, " ")
		if !slices.Contains(known, name) {
			t.Errorf("%s is no builtin", name)
		}
		if strings.ToLower(name) < strings.ToLower(last) {
			t.Errorf("%s comes after %s", name, last)
		}
		last = name
	}
}
