package eval

import (
	"context"
	"errors"
	"path"
	"strings"

	"devenv/resolver/nixlang/syntax"
)

// parse compiles a text. Name is for messages; dir is what relative paths are
// relative to; scope lists the names of an environment around it.
func (ev *Evaluator) parse(name, text, dir string, real bool, scope []Sym) Node {
	f := ev.addFile(name, text, real)
	tree, err := ev.parser.Parse(text)
	var bad *syntax.Error
	if errors.As(err, &bad) {
		ev.fail(f.base+Pos(bad.Off), "%s", strings.ReplaceAll(bad.Msg, syntax.OriginMark, name))
	}
	ev.lint(tree, f)
	return ev.compile(tree, f, syntax.Place{Dir: dir, Home: ev.opts.Home}, scope)
}

// importFile evaluates a file, or the default.nix of a directory; each once.
func (ev *Evaluator) importFile(p string, pos Pos) Value {
	if c := ev.byPath[p]; c != nil {
		return ev.force(c)
	}
	file := ev.resolveImport(p, pos)
	c := ev.byPath[file]
	if c == nil {
		node := ev.loadFile(file, pos, nil)
		c = node.Thunk(ev, nil)
		ev.byPath[file] = c
	}
	ev.byPath[p] = c
	return ev.force(c)
}

func (ev *Evaluator) loadFile(file string, pos Pos, scope []Sym) Node {
	text, err := ev.host.ReadFile(file)
	if err != nil {
		ev.hostError(pos, err)
	}
	return ev.parse(file, textOf(text), path.Dir(file), true, scope)
}

// hostError throws what the host said.
func (ev *Evaluator) hostError(pos Pos, err error) {
	e := &Error{Kind: Failed, Msg: err.Error(), pos: pos}
	var hinted interface{ Hint() string }
	switch {
	case errors.Is(err, context.Canceled) && ev.stopped.Load():
		e.Kind, e.Msg = Interrupted, "interrupted"
	case errors.As(err, &hinted) && hinted.Hint() != "":
		e.Hints = []string{hinted.Hint()}
	}
	ev.throw(e)
}
