package difftest

var names = []string{"a", "b", "c", "d", "e", "\"a b\"", "\"\"", "or'", "x-y", "\"${\"a\"}\"", "a", "b", "c"}

var plainNames = []string{"a", "b", "c", "d", "\"a b\"", "x-y"}

var specialBindings = []string{
	"__toString = self: %s;", "__functor = self: @a: %a;", "outPath = %s;", "type = \"derivation\";", "__overrides = %S;",
	"name = %s; value = %a;", "_type = %s;", "recurseForDerivations = %b;", "drvPath = %s;",
}

var (
	operators       = []string{"+", "-", "*", "/", "==", "!=", "<", ">", "<=", ">=", "&&", "||", "->", "//", "++"}
	numberOperators = []string{"+", "-", "*", "/", "==", "<", ">="}
)

func operatorsOf(k kind) []string {
	switch k {
	case integer, number, small:
		return numberOperators
	case boolean:
		return []string{"&&", "||", "->", "==", "!="}
	case set:
		return []string{"//", "//", "=="}
	case list:
		return []string{"++", "++", "==", "<"}
	case text, path:
		return []string{"+", "+", "==", "<", ">="}
	}
	return operators
}

var literals = map[kind][]string{
	boolean:  {"true", "false"},
	function: {"(x: x)", "(x: y: x)", "({ a ? 1, ... }: a)", "({ a, b ? a }@args: args)", "toString", "builtins.add", "builtins.length", "({ }: 1)", "(builtins.elemAt [ 1 2 ])", "builtins.typeOf", "(x: [ x ])", "(a: b: a < b)", "builtins.lessThan", "(s: builtins.stringLength s)"},
	integer:  {"0", "1", "2", "3", "7", "(-1)", "10", "255", "9223372036854775807", "(-9223372036854775807 - 1)", "4611686018427387904", "(-4611686018427387905)", "36028797018963968", "100"},
	small:    {"0", "1", "2", "3", "5", "9", "(-1)", "17"},
	number:   {"0.5", "1.5", "(-2.25)", "1e3", "1.0e-7", "123456789.123", "1e300", "3", "0", ".5", "1.", "0.1", "2.5e15", "1e16", "100000.0", "1234567.0", "(-0.0)", "1.0e-5", "0.30000000000000004"},
	path:     {"./a", "./a/b", "./.", "../x", "/q/w/e/r/t/../y", "./a/.", "./a.b-c/d_e"},
	text:     {`""`, `"a"`, `"b"`, `"abc"`, `"a.b"`, `"foo-1.2.3pre4"`, `"1.10"`, `"/a/b"`, `"ä€😀"`, `"a\nb\t\"\\"`, `"$x$$"`, `"0"`, `"-12"`, `"x y"`, `"{\"a\":[1,2.50,null,true,\"\\u00e4\"]}"`, `"a = 1\n[b]\nc = [1, 2]\n"`, `"aabbaab"`, `"/nix/store/00000000000000000000000000000000-x"`, `"true"`, `"ABC"`, `''a''`, `"name"`, `"sha256"`, `"1.2.3.4"`, `"2.0-rc1"`},
}

func (g *Generator) literal(k kind) string {
	switch k {
	case anything:
		return g.literal(kinds[1+g.rnd.IntN(len(kinds)-1)])
	case list:
		return g.pick([]string{"[ ]", "[ 1 ]", "[ 3 1 2 ]", `[ "a" "b" "a" ]`, "[ [ 1 ] [ ] ]", "[ 1.0 1 ]", "[ { a = 1; } { a = 2; b = 3; } ]", `[ { name = "x"; value = 1; } { name = "x"; value = 2; } ]`})
	case set:
		return g.pick([]string{"{ }", "{ a = 1; }", `{ a = { b = 2; }; b = "x"; }`, "{ b = null; c = [ 1 ]; }", `{ "a b" = true; }`, "{ a = 1; b = 2; c = 3; d = 4; }"})
	case number:
		if g.one(3) {
			return g.literal(integer)
		}
	}
	return g.pick(literals[k])
}

// string makes a string literal of either kind, with interpolations.
func (g *Generator) string() *Expr {
	quote, pieces := `"`, quoted
	if g.one(3) {
		quote, pieces = "''", indented
	}
	e := &Expr{Texts: []string{quote}}
	for range g.rnd.IntN(7) {
		if g.one(4) {
			e.Texts[len(e.Texts)-1] += "${"
			k := text
			if g.one(5) {
				k = anything
			}
			e.Kids = append(e.Kids, g.expr(k))
			e.Texts = append(e.Texts, "}")
			continue
		}
		e.Texts[len(e.Texts)-1] += g.pick(pieces)
	}
	e.Texts[len(e.Texts)-1] += quote
	return e
}

var (
	quoted   = []string{"a", "b ", `\n`, `\t`, `\"`, `\\`, `\${`, "$", "$$", "{", "}", "'", "''", "ä", "\n", "  ", `\r`, `\x`, "\r\n", "$${", "#"}
	indented = []string{"a", "b ", "\n", "\n  ", "\n    ", "\n\t", "'''", "''$", `''\n`, `''\t`, "$", "{ ", "}", `"`, `\`, "ä", "' ", "  ", "''\\\\", "$$ ", "''${", "\r\n", "\n\n"}
)
