package difftest

import (
	"strings"
	"testing"

	"devenv/resolver/nixlang/syntax"
)

// TestGenerator holds that a seed stands for its expressions, that these are
// Nix, and that they are not all alike.
func TestGenerator(t *testing.T) {
	a, b := NewGenerator(7), NewGenerator(7)
	refused, long := 0, 0
	for range 2000 {
		e := a.Next()
		text := e.String()
		if again := b.Next().String(); again != text {
			t.Fatalf("one seed makes %s and %s", text, again)
		}
		if _, err := new(syntax.Parser).Parse(text); err != nil {
			refused++
		}
		if e.size() > 10 {
			long++
		}
	}
	if refused > 400 || long < 500 {
		t.Errorf("of 2000 expressions %d are refused and %d are of some size", refused, long)
	}
}

// TestShrink holds that the one thing that matters stays, and not much else.
func TestShrink(t *testing.T) {
	g := NewGenerator(3)
	found := 0
	for range 3000 {
		e := g.Next()
		bad := func(list []*Expr) []bool {
			answers := make([]bool, len(list))
			for i, e := range list {
				answers[i] = strings.Contains(e.String(), "builtins.split ")
			}
			return answers
		}
		if !bad([]*Expr{e})[0] {
			continue
		}
		found++
		if small := shrink(e, bad); small.size() > 4 || !bad([]*Expr{small})[0] {
			t.Errorf("%s is no smallest form of %s", small, e)
		}
	}
	if found < 10 {
		t.Errorf("only %d expressions to shrink", found)
	}
}

func TestOutcomeOf(t *testing.T) {
	for answer, want := range map[string]string{
		"\"a\\\"b\"\n\nnix-repl> \"@@1@@\"":                       `"a\"b"`,
		"error:\n       … while\n\n       error: foo: bar\n   at": "error: foo: bar",
		"error: undefined variable 'y'\n\n       at x":            "error: undefined variable 'y'",
		"error:\n       … while calling\n\n       error: \n":      "error: ",
	} {
		if got := outcomeOf(answer).String(); got != want {
			t.Errorf("%q is %q, not %q", answer, got, want)
		}
	}
}
