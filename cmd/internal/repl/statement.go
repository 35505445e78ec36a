package repl

import (
	"errors"
	"regexp"
	"strings"
	"sync"

	"devenv/resolver/nixlang/syntax"
)

// binding is "name = expression".
var binding = sync.OnceValue(func() *regexp.Regexp {
	return regexp.MustCompile(`^\s*([A-Za-z_][A-Za-z0-9_'-]*)\s*=([^=](?s:.*))$`)
})

// incomplete tells whether a text can become Nix by more lines: an expression,
// or bindings.
func incomplete(p *syntax.Parser, text string) bool {
	text = strings.TrimSpace(text)
	if name, arg, _ := strings.Cut(text, " "); strings.HasPrefix(text, ":") {
		return takesExpression(name) && incomplete(p, arg)
	}
	if blank(text) {
		return false
	}
	if m := binding().FindStringSubmatch(text); m != nil {
		return endsEarly(p, strings.TrimSuffix(strings.TrimSpace(m[2]), ";")) && endsEarly(p, "{ "+text+"\n}")
	}
	return endsEarly(p, text) && !parses(p, bindings(text))
}

// blank tells whether there is nothing but comments.
func blank(text string) bool {
	for line := range strings.Lines(text) {
		if line = strings.TrimSpace(line); line != "" && line[0] != '#' {
			return false
		}
	}
	return true
}

// endsEarly tells whether a text is well up to its end, where something is
// missing.
func endsEarly(p *syntax.Parser, text string) bool {
	_, err := p.Parse(text)
	var bad *syntax.Error
	return errors.As(err, &bad) && (strings.Contains(bad.Msg, "unexpected end of file") || int(bad.Off) >= len(strings.TrimRight(text, " \t\n")))
}

func parses(p *syntax.Parser, text string) bool {
	_, err := p.Parse(text)
	return err == nil
}

// bindings makes a set of bindings, whose last semicolon may be missing.
func bindings(text string) string {
	return "{ " + strings.TrimSuffix(strings.TrimSpace(text), ";") + "\n; }"
}
