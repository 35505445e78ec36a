package syntax

import "testing"

func TestPrint(t *testing.T) {
	for _, x := range []struct{ in, want string }{
		{"a: b: a b", "(a: (b: (a b)))"},
		{"{ b ? 1, a, ... }@x: x", "({ a, b ? 1, ... } @ x: x)"},
		{"1 + 2 * 3 - -4", "(__sub (1 + (__mul 2 3)) (__sub 0 4))"},
		{"a < b && c >= d", "((__lessThan a b) && (! (__lessThan c d)))"},
		{"!a ? b.c", "(! ((a) ? b.c))"},
		{"(f a) b", "(f a b)"},
		{"f or", "(f or)"},
		{"a.b or c.d", "(a).b or ((c).d)"},
		{"{ a.b = 1; a.c = 2; inherit z; inherit (y) x; }", "{ inherit z; inherit (y) x; a = { b = 1; c = 2; }; }"},
		{"''\n  a\n    b\n  ''", `"a\n  b\n"`},
		{"''\n  ${x}$\n''", `(x + "$\n")`},
		{`"a$${b}\${c}"`, `"a$\${b}\${c}"`},
		{"./x/${y}", "(/d/x/ + y)"},
		{"<a/b>", `(__findFile __nixPath "a/b")`},
		{"let { body = 1; }", "(rec { body = 1; }).body"},
		{"x:y", `"x:y"`},
		{"1.", "1"}, {"00.5", "(0 0.5)"},
	} {
		tree, err := new(Parser).Parse(x.in)
		if err != nil {
			t.Errorf("%s: %v", x.in, err)
			continue
		}
		if got := tree.Print(Place{Dir: "/d", Home: "/h"}); got != x.want {
			t.Errorf("%s: %s, not %s", x.in, got, x.want)
		}
	}
}

func TestErrors(t *testing.T) {
	for _, x := range []struct {
		in, want     string
		line, column int
	}{
		{"{ a = 1; }\n + ;", "syntax error, unexpected ';'", 2, 4},
		{"a == b == c", "syntax error, unexpected '=='", 1, 8},
		{"{ a = 1; a = 2; }", "attribute 'a' already defined at \x00:1:3", 1, 10},
		{"{ a, a }: 1", "duplicate formal function argument 'a'", 1, 6},
		{"\"a", "syntax error, unexpected end of file, expecting '\"'", 1, 3},
		{"99999999999999999999", "invalid integer '99999999999999999999'", 1, 1},
		{"./a/", "path has a trailing slash", 1, 5},
		{"a |> b", "experimental Nix feature 'pipe-operators' is disabled; add '--extra-experimental-features pipe-operators' to enable it", 1, 3},
		{"let ${a} = 1; in a", "dynamic attributes not allowed in let", 1, 1},
	} {
		_, err := new(Parser).Parse(x.in)
		e, ok := err.(*Error)
		if !ok {
			t.Errorf("%s: no error", x.in)
			continue
		}
		if at := PositionAt(x.in, e.Off); e.Msg != x.want || at != (Position{x.line, x.column}) {
			t.Errorf("%s: %q at %v", x.in, e.Msg, at)
		}
	}
}

func TestPositionAt(t *testing.T) {
	const text = "a\nbc\r\nd\re"
	want := []Position{{1, 1}, {1, 2}, {2, 1}, {2, 2}, {2, 3}, {2, 4}, {3, 1}, {3, 2}, {4, 1}, {4, 2}}
	for off, at := range want {
		if got := PositionAt(text, uint32(off)); got != at {
			t.Errorf("%d: %v, not %v", off, got, at)
		}
	}
}
