package eval

import (
	"errors"
	"io/fs"
	"path"
	"strings"
)

var pathBuiltins = []primop{
	{name: "baseNameOf", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		s := ev.coerceCell(a, pos, &ctx, coercePath)
		if strings.HasSuffix(s, "/") {
			s = s[:len(s)-1]
		}
		return mkContextString(baseName(s), ctx)
	}},
	{name: "dirOf", arity: 1, one: dirOf},
	{name: "toPath", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		p := ev.absolute(a, pos, &ctx)
		return mkContextString(p, ctx)
	}},
	{name: "pathExists", arity: 1, one: pathExists},
	{name: "readFile", arity: 1, one: readFile},
	{name: "readDir", arity: 1, one: readDir},
	{name: "readFileType", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		p := ev.realPath(a, pos)
		typ, err := ev.host.Lstat(p)
		if err != nil {
			ev.pathError(pos, p, err)
		}
		return mkString(typ.String())
	}},
	{name: "findFile", arity: 2, two: findFile},
	{name: "getEnv", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		name := ev.forcePlainString(a, pos)
		if ev.opts.Pure {
			return mkString("")
		}
		return mkString(ev.host.Getenv(name))
	}},
}

// absolute turns a value into an absolute, clean path.
func (ev *Evaluator) absolute(a *Value, pos Pos, ctx *Context) string {
	s := ev.coerceCell(a, pos, ctx, coercePath)
	if !strings.HasPrefix(s, "/") {
		ev.fail(pos, "string '%s' doesn't represent an absolute path", s)
	}
	return path.Clean(s)
}

// realPath is the path of a value that is to be read. What it depends on must
// be there already: nothing is built here.
func (ev *Evaluator) realPath(a *Value, pos Pos) string {
	var ctx Context
	p := ev.absolute(a, pos, &ctx)
	for _, e := range ev.sortedContext(ctx) {
		if e.Kind == BuiltOutput {
			ev.fail(pos, "cannot read '%s': it would have to be built first, and there is no support for import from derivation", p)
		}
	}
	return p
}

func (ev *Evaluator) pathError(pos Pos, p string, err error) {
	if errors.Is(err, fs.ErrNotExist) {
		ev.fail(pos, "path '%s' does not exist", p)
	}
	ev.hostError(pos, err)
}

func dirOf(ev *Evaluator, pos Pos, a *Value) Value {
	v := ev.force(a)
	if v.kind() == kPath {
		return mkPath(path.Dir(v.str()))
	}
	var ctx Context
	s := ev.coerce(v, pos, &ctx, coercePath)
	i := strings.LastIndexByte(s, '/')
	switch {
	case i < 0:
		s = "."
	case i == 0:
		s = "/"
	default:
		s = s[:i]
	}
	return mkContextString(s, ctx)
}

func pathExists(ev *Evaluator, pos Pos, a *Value) Value {
	var ctx Context
	v := ev.force(a)
	raw := ev.coerce(v, pos, &ctx, coercePath)
	if !strings.HasPrefix(raw, "/") {
		ev.fail(pos, "string '%s' doesn't represent an absolute path", raw)
	}
	p := path.Clean(raw)
	mustBeDir := v.kind() != kPath && (strings.HasSuffix(raw, "/") || strings.HasSuffix(raw, "/."))
	if mustBeDir {
		p = ev.followLinks(p, pos)
	}
	typ, err := ev.host.Lstat(p)
	return mkBool(err == nil && (!mustBeDir || typ == Directory))
}

func readFile(ev *Evaluator, pos Pos, a *Value) Value {
	p := ev.realPath(a, pos)
	text, err := ev.host.ReadFile(p)
	if err != nil {
		ev.pathError(pos, p, err)
	}
	s := textOf(text)
	if strings.IndexByte(s, 0) >= 0 {
		ev.fail(pos, "the contents of the file '%s' cannot be represented as a Nix string", p)
	}
	return mkString(s)
}

func readDir(ev *Evaluator, pos Pos, a *Value) Value {
	p := ev.followLinks(ev.realPath(a, pos), pos)
	if typ, err := ev.host.Lstat(p); err == nil && typ != Directory {
		ev.fail(pos, "'%s' is not a directory", p)
	}
	entries, err := ev.host.ReadDir(p)
	if err != nil {
		ev.pathError(pos, p, err)
	}
	b := ev.buildAttrs(len(entries))
	for _, e := range entries {
		b.addCell(ev.intern(e.Name), ev.nameCell(ev.intern(e.Type.String())))
	}
	return b.value()
}

// findFile looks a name up in a search path.
func findFile(ev *Evaluator, pos Pos, list, name *Value) Value {
	var entries []SearchEntry
	for _, c := range ev.forceList(list, pos) {
		attrs := ev.forceAttrs(c, pos)
		var e SearchEntry
		if p := get(attrs, ev.sym.prefix); p != nil {
			e.Prefix = ev.forcePlainString(p, pos)
		}
		p := get(attrs, ev.sym.path)
		if p == nil {
			ev.fail(pos, "attribute 'path' missing")
		}
		var ctx Context
		e.Path = ev.coerceCell(p, pos, &ctx, coercePath)
		entries = append(entries, e)
	}
	want := ev.forcePlainString(name, pos)
	for _, e := range entries {
		rest, ok := suffixOf(want, e.Prefix)
		if !ok || !strings.HasPrefix(e.Path, "/") {
			continue
		}
		p := path.Clean(e.Path + "/" + rest)
		if _, err := ev.host.Lstat(p); err == nil {
			return mkPath(p)
		}
	}
	if rest, ok := strings.CutPrefix(want, "nix/"); ok {
		if p, ok := ev.corePath(rest); ok {
			return mkPath(p)
		}
	}
	ev.throw(&Error{Kind: Thrown, Msg: "file '" + want + "' was not found in the Nix search path (add it using $NIX_PATH or -I)", pos: pos})
	return null
}

// suffixOf returns what follows a prefix of whole path components.
func suffixOf(name, prefix string) (string, bool) {
	rest, ok := strings.CutPrefix(name, prefix)
	if !ok || prefix != "" && rest != "" && rest[0] != '/' {
		return "", false
	}
	return rest, true
}
