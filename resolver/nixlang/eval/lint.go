package eval

import (
	"fmt"
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// Level is what is done about something that a lint finds.
type Level uint8

// The levels.
const (
	Ignore Level = iota
	Warn
	Fatal
)

// ParseLevel reads "ignore", "warn" or "fatal".
func ParseLevel(word string) (Level, error) {
	switch word {
	case "ignore":
		return Ignore, nil
	case "warn":
		return Warn, nil
	case "fatal":
		return Fatal, nil
	}
	return 0, fmt.Errorf("%q is none of ignore, warn and fatal", word)
}

// Lints are the levels of what can be found in a text.
type Lints struct {
	AbsolutePaths Level // /a and ~/a
	ShortPaths    Level // a/b instead of ./a/b
	URLs          Level // URLs without quotes
}

// lint looks at the literals of a text.
func (ev *Evaluator) lint(tree *syntax.Tree, f *file) {
	l := &ev.opts.Lints
	if *l == (Lints{}) {
		return
	}
	parts := map[uint32]bool{} // of interpolated strings and paths
	for i := range tree.Nodes {
		n := &tree.Nodes[i]
		if n.Kind != syntax.Interp && n.Kind != syntax.PathInterp {
			continue
		}
		list := tree.List(n)
		if n.Kind == syntax.PathInterp {
			list = list[1:]
		}
		for _, id := range list {
			parts[id] = true
		}
	}
	for i := range tree.Nodes {
		if n := &tree.Nodes[i]; !parts[uint32(i)] {
			ev.lintLiteral(tree.TextOf, syntax.ID(i), n, f)
		}
	}
}

func (ev *Evaluator) lintLiteral(textOf func(syntax.ID) string, id syntax.ID, n *syntax.Node, f *file) {
	l := &ev.opts.Lints
	pos := f.base + Pos(n.Pos)
	switch n.Kind {
	case syntax.Str:
		if int(n.A) >= len(f.text) || n.A > 0 && (f.text[n.A-1] == '"' || f.text[n.A-1] == '\'') {
			break // in quotes
		}
		word := "discouraged"
		if l.URLs == Fatal {
			word = "disallowed"
		}
		ev.found(l.URLs, "url", pos, "URL literals are %s. Consider using a string literal \"%s\" instead", word, textOf(id))
	case syntax.HomePath:
		ev.found(l.AbsolutePaths, "absolute-path", pos, "home path literals are not portable. Consider replacing path literal '%s' by a string, relative path, or parameter", textOf(id))
	case syntax.Path:
		switch text := textOf(id); {
		case strings.HasPrefix(text, "/"):
			ev.found(l.AbsolutePaths, "absolute-path", pos, "absolute path literals are not portable. Consider replacing path literal '%s' by a string, relative path, or parameter", text)
		case !strings.HasPrefix(text, "."):
			ev.found(l.ShortPaths, "short-path", pos, "relative path literal '%s' should be prefixed with '.' for clarity: './%s'", text, text)
		}
	}
}

// found warns of something, or fails.
func (ev *Evaluator) found(level Level, name string, pos Pos, format string, args ...any) {
	msg := fmt.Sprintf(format, args...) + " (lint-" + name + "-literals)"
	switch level {
	case Warn:
		ev.host.Message("warning: " + msg + "\n  at " + ev.Place(pos).String())
	case Fatal:
		ev.fail(pos, "%s", msg)
	}
}
