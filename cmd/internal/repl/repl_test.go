package repl

import (
	"bytes"
	"context"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
	"devenv/resolver/nixlang/syntax"
)

// session runs lines and returns what was printed, errors among it.
func session(t *testing.T, lines string) (string, error) {
	t.Helper()
	var out bytes.Buffer
	ev := eval.New(eval.Options{Host: host.New(host.Options{})})
	r := New(Options{
		Evaluator: ev, Dir: t.TempDir(), Out: &out,
		Report: func(err error) { out.WriteString("error: " + err.Error() + "\n") },
	})
	err := r.Run(context.Background(), Plain(strings.NewReader(lines)))
	return out.String(), err
}

func TestStatements(t *testing.T) {
	for _, c := range []struct{ lines, want string }{
		{"1 + 1\n", "2\n"},
		{"1 +\n1", "2\n"},
		{"a = 1\na = a + 1\na\n", "2\n"},
		{"a = 1; b = 2;\n[ a b ]\n", "[ 1 2 ]\n"},
		{"inherit (builtins) length\nlength [ 1 ]\n", "1\n"},
		{"let\n  x = 1;\nin\nx\n", "1\n"},
		{"''\n  a\n''\n", "\"a\\n\"\n"},
		{"a = {\n  b = 1;\n}\na.b\n", "1\n"},
		{"f = x: y\n1\n", "error: «string»:1:4: undefined variable 'y'\n1\n"},
		{"x = throw \"later\"\n1\n", "1\n"},
		{"1 == 2\n", "false\n"},
		{"# nothing\n\n1\n", "1\n"},
		{"{ a = throw \"b\"; c.d = 1; }\n", "{\n  a = «error: b»;\n  c = { ... };\n}\n"},
		{":p { c.d = [ { } ]; }\n", "{\n  c = {\n    d = [ { } ];\n  };\n}\n"},
		{":p let a = { inherit a; b = 1; }; in a\n", "{\n  a = «repeated»;\n  b = 1;\n}\n"},
		{":t x: x\n:t 1.0\n", "a function\na float\n"},
		{":q\n1\n", ""},
		{":env 1\n", "error: :env takes nothing\n"},
		{":t\n", "error: write :t EXPR\n"},
		{":doc 1\n", "error: only functions have documentation\n"},
		{":doc builtins.elemAt [ ]\n", "builtins.elemAt xs n\n\nElement n of a list, counted from 0.\n"},
		{":nothing\n", "error: there is no command :nothing\n"},
		{")\n1\n", "error: «string»:1:1: syntax error, unexpected ')'\n1\n"},
		{"\"\n\n", "error: "},
	} {
		got, _ := session(t, c.lines)
		if got != c.want && (c.want != "error: " || !strings.HasPrefix(got, c.want)) {
			t.Errorf("%q:\n got %q\nwant %q", c.lines, got, c.want)
		}
	}
}

// TestLastStatement holds that a program can tell whether its last line failed.
func TestLastStatement(t *testing.T) {
	if _, err := session(t, "foo\n1\n"); err != nil {
		t.Error(err)
	}
	if _, err := session(t, "1\nfoo\n"); !IsQuiet(err) {
		t.Errorf("%v", err)
	}
}

func TestComplete(t *testing.T) {
	r := New(Options{Evaluator: eval.New(eval.Options{Host: host.New(host.Options{})}), Dir: t.TempDir()})
	if err := r.evaluate(t.Context(), "some = { inner.leaf = 1; \"odd name\" = 2; bad = throw \"x\"; }"); err != nil {
		t.Fatal(err)
	}
	for line, want := range map[string]string{
		"som":               "|some|",
		"1 + some.":         "1 + |some.bad some.inner|",
		"some.inner.l":      "|some.inner.leaf|",
		"some.bad.":         "||",
		"nothing.":          "||",
		":lo":               "|:load :load-flake|",
		"builtins.elemA":    "|builtins.elemAt|",
		"[ builtins.isAt ]": "[ builtins.isAt ]||",
	} {
		head, words, tail := r.Complete(line, len([]rune(line)))
		if got := head + "|" + strings.Join(words, " ") + "|" + tail; got != want && !(len(words) == 0 && strings.HasSuffix(want, "||")) {
			t.Errorf("%q: %q, not %q", line, got, want)
		}
	}
}

// FuzzIncomplete holds that no text crashes the judgement, and that what is well
// formed is complete.
func FuzzIncomplete(f *testing.F) {
	for _, s := range []string{"1 +", "a = {", "''\n", "{ a = 1; }", "inherit (x) y", ":p [", "\"${"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		var p syntax.Parser
		if !strings.HasPrefix(strings.TrimSpace(text), ":") && parses(&p, text) && incomplete(&p, text) && !binding().MatchString(text) {
			t.Errorf("%q wants more", text)
		}
	})
}
