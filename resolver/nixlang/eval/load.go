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
	u := ev.unitOf(ev.parseFile(f), f, dir)
	ev.lint(u.tree, f)
	ev.bind(u, scope)
	return ev.compile(u.clone())
}

// parseFile parses a text; the tree is valid until the next one.
func (ev *Evaluator) parseFile(f *file) *syntax.Tree {
	tree, err := ev.parser.Parse(f.text)
	var bad *syntax.Error
	if errors.As(err, &bad) {
		ev.fail(f.base+Pos(bad.Off), "%s", strings.ReplaceAll(bad.Msg, syntax.OriginMark, f.name))
	}
	return tree
}

// Trees remembers the trees of files.
type Trees interface {
	// Tree returns the tree of a file, with variables bound. If it is not known,
	// the file is read and parse called with its text; parse may panic. Errors
	// are those of Host.ReadFile.
	Tree(path string, parse func(text []byte) *syntax.Tree) (*syntax.Tree, error)
}

// TreeVersion names what trees with bound variables depend on, beside the
// machine.
const TreeVersion = "1"

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

// loadFile compiles a file.
func (ev *Evaluator) loadFile(file string, pos Pos, scope []Sym) Node {
	if ev.opts.Trees != nil && scope == nil && !ev.parser.PipeOperators {
		return ev.knownFile(file, pos)
	}
	text, err := ev.host.ReadFile(file)
	if err != nil {
		ev.hostError(pos, err)
	}
	return ev.parse(file, textOf(text), path.Dir(file), true, scope)
}

// knownFile compiles a file that need not be parsed if somebody remembers it.
func (ev *Evaluator) knownFile(file string, pos Pos) Node {
	var u *unit
	tree, err := ev.opts.Trees.Tree(file, func(text []byte) *syntax.Tree {
		f := ev.addFile(file, textOf(text), true)
		u = ev.unitOf(ev.parseFile(f), f, path.Dir(file))
		ev.bind(u, nil)
		u = u.clone()
		return u.tree
	})
	if err != nil {
		ev.hostError(pos, err)
	}
	if u == nil {
		u = ev.unitOf(tree, ev.addFile(file, tree.Source(), true), path.Dir(file))
	}
	ev.lint(tree, u.file)
	return ev.compile(u)
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
