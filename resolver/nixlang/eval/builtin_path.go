package eval

import (
	"errors"
	"path"
	"strings"
	"syscall"

	"devenv/store/storepath"
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
		return mkContextString(ev.asText(p), ctx)
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
	s := ev.fileName(ev.force(a), pos, ctx)
	if !strings.HasPrefix(s, "/") {
		ev.fail(pos, "string '%s' doesn't represent an absolute path", s)
	}
	return path.Clean(s)
}

// fileName is the text of a value that names a file.
func (ev *Evaluator) fileName(v Value, pos Pos, ctx *Context) string {
	if v.kind() == kPath {
		return v.str()
	}
	return ev.asPath("/", ev.coerce(v, pos, ctx, coercePath))
}

// realPath is the path of a value that is to be read. What it depends on is
// realised first: this is import from derivation.
func (ev *Evaluator) realPath(a *Value, pos Pos) string {
	var ctx Context
	p := ev.absolute(a, pos, &ctx)
	for placeholder, path := range ev.realise(ctx, pos) {
		p = strings.ReplaceAll(p, placeholder, path)
	}
	return path.Clean(p)
}

// realise makes all that a string depends on readable.
func (ev *Evaluator) realise(ctx Context, pos Pos) map[string]string {
	if len(ctx) == 0 {
		return nil
	}
	rewrites, err := ev.host.Realise(ev.life, ev.sortedContext(ctx))
	if err != nil {
		ev.hostError(pos, err)
	}
	return rewrites
}

// Realise makes all that a string depends on readable, and returns the string
// with the paths of outputs that were not known before in it.
func (ev *Evaluator) Realise(v *Value) (s string, err error) {
	err = ev.run(func() {
		var ctx Context
		s = ev.coerceCell(v, 0, &ctx, coerceStore)
		for placeholder, path := range ev.realise(ctx, 0) {
			s = strings.ReplaceAll(s, placeholder, path)
		}
	})
	return s, err
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
	raw := ev.fileName(v, pos, &ctx)
	if !strings.HasPrefix(raw, "/") {
		ev.fail(pos, "string '%s' doesn't represent an absolute path", raw)
	}
	p := path.Clean(raw)
	for placeholder, path := range ev.realise(ctx, pos) {
		p = strings.ReplaceAll(p, placeholder, path)
	}
	mustBeDir := v.kind() != kPath && (strings.HasSuffix(raw, "/") || strings.HasSuffix(raw, "/."))
	if mustBeDir {
		p = ev.resolveLinks(p, pos)
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
	return mkContextString(s, ev.mentioned(p, s, pos))
}

// mentioned is the context of a text that is read from the store: those
// references of its store object that occur in it.
func (ev *Evaluator) mentioned(p, text string, pos Pos) Context {
	own, _, err := storepath.Dir(ev.host.StoreDir()).ParseInside(p)
	if err != nil {
		return nil
	}
	refs, err := ev.host.References(ev.life, own)
	if err != nil {
		ev.hostError(pos, err)
	}
	var ctx Context
	for _, r := range refs {
		if strings.Contains(text, r.Digest()) {
			ctx.add(ev.contextOf(ContextElem{Kind: OpaquePath, Path: storepath.Dir(ev.host.StoreDir()).Join(r)}))
		}
	}
	return ctx
}

func readDir(ev *Evaluator, pos Pos, a *Value) Value {
	p := ev.realPath(a, pos)
	entries, err := ev.host.ReadDir(p)
	if errors.Is(err, syscall.ENOTDIR) {
		ev.fail(pos, "'%s' is not a directory", ev.resolveLinks(p, pos))
	}
	if err != nil {
		ev.pathError(pos, p, err)
	}
	b := ev.buildAttrs(len(entries))
	for _, e := range entries {
		b.addCell(ev.intern(e.Name), ev.nameCell(ev.intern(e.Type.String())))
	}
	return b.value()
}
