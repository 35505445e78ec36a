package eval

import (
	"path"
	"strings"

	"devenv/store/derivation"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

var storeBuiltins = []primop{
	{name: "derivationStrict", arity: 1, one: derivationStrict},
	{name: "placeholder", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		return mkString(derivation.Placeholder(ev.forcePlainString(a, pos)))
	}},
	{name: "toFile", arity: 2, two: toFile},
	{name: "path", arity: 1, one: pathBuiltin},
	{name: "filterSource", arity: 2, two: func(ev *Evaluator, pos Pos, f, p *Value) Value {
		var ctx Context
		file := ev.absolute(p, pos, &ctx)
		fn := ev.forceFunction(f, pos)
		return ev.addPath(AddPath{Name: baseName(file), Path: file, Filter: ev.filterOf(fn, pos)}, ctx, pos)
	}},
	{name: "storePath", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		p := ev.absolute(a, pos, &ctx)
		return ev.storePath(p, ctx, pos)
	}},
	{name: "outputOf", arity: 2, two: outputOf},
}

// storePath is builtins.storePath of an absolute path.
func (ev *Evaluator) storePath(p string, ctx Context, pos Pos) Value {
	if ev.opts.Pure {
		ev.throw(&Error{
			Kind: Failed, pos: pos, Msg: "'builtins.storePath' is not allowed in pure evaluation mode",
			Hints: []string{impureHint},
		})
	}
	dir := storepath.Dir(ev.host.StoreDir())
	if !ev.isStorePath(p) {
		p = ev.resolveLinks(p, pos)
	}
	parsed, _, err := dir.ParseInside(p)
	if err != nil {
		ev.fail(pos, "path '%s' is not in the Nix store", p)
	}
	if err := ev.host.StorePath(ev.life, parsed); err != nil {
		ev.hostError(pos, err)
	}
	ctx.add(ev.contextOf(ContextElem{Kind: OpaquePath, Path: dir.Join(parsed)}))
	return mkContextString(p, ctx)
}

// outputOf returns the path of an output of a derivation, or what stands for it
// where the derivation is itself an output.
func outputOf(ev *Evaluator, pos Pos, d, o *Value) Value {
	var ctx Context
	text := ev.forceString(d, pos, &ctx)
	if len(ctx) != 1 {
		ev.fail(pos, "string '%s' has %d entries in its context. It should only have exactly one entry", text, len(ctx))
	}
	e := ev.contexts[ctx[0]]
	if e.Kind == DeepDrv {
		ev.fail(pos, "string '%s' has a context which refers to a complete source and binary closure. This is not supported at this time", text)
	}
	if e.Kind == OpaquePath && e.Path != text {
		ev.fail(pos, "path string '%s' has context with the different path '%s'", text, e.Path)
	}
	output := ev.forcePlainString(o, pos)
	p, err := storepath.Dir(ev.host.StoreDir()).Parse(e.Path)
	if err != nil {
		ev.hostError(pos, err)
	}
	if e.Kind == OpaquePath {
		return ev.outputValue(p, output, pos)
	}
	up := upstream(p, e.Output)
	if up.String() != text && !ev.isStorePath(text) {
		ev.fail(pos, "string '%s' has context with the output '%s' from derivation '%s', but the string is not the right placeholder for this derivation output. It should be '%s'", text, e.Output, e.Path, up)
	}
	e.Output += "^" + output
	return mkContextString(up.Output(output).String(), ev.contextOf(e))
}

// upstream stands for an output; those of dynamic derivations are chained by ^.
func upstream(drv storepath.Path, outputs string) derivation.Upstream {
	first, rest, _ := strings.Cut(outputs, "^")
	up := derivation.UpstreamOutput(drv, first)
	for rest != "" {
		first, rest, _ = strings.Cut(rest, "^")
		up = up.Output(first)
	}
	return up
}

// outputValue is an output of a derivation as a string.
func (ev *Evaluator) outputValue(drv storepath.Path, output string, pos Pos) Value {
	full := storepath.Dir(ev.host.StoreDir()).Join(drv)
	for _, o := range ev.derivationAt(drv, pos).outputs {
		if o.name == output {
			return ev.outputString(drv, full, o)
		}
	}
	ev.fail(pos, "derivation '%s' does not have output '%s'", full, output)
	return null
}

// outputString is the path of an output, or what stands for it, as a string;
// full is the derivation's own path.
func (ev *Evaluator) outputString(drv storepath.Path, full string, o madeOutput) Value {
	ctx := ev.contextOf(ContextElem{Kind: BuiltOutput, Path: full, Output: o.name})
	if o.path.IsZero() {
		return mkContextString(derivation.UpstreamOutput(drv, o.name).String(), ctx)
	}
	return mkContextString(storepath.Dir(ev.host.StoreDir()).Join(o.path), ctx)
}

// isStorePath tells whether a path is that of a store object itself.
func (ev *Evaluator) isStorePath(p string) bool {
	_, err := storepath.Dir(ev.host.StoreDir()).Parse(p)
	return err == nil
}

// toFile puts a text into the store. It may refer to store paths, but not to
// what is yet to be built.
func toFile(ev *Evaluator, pos Pos, n, s *Value) Value {
	name := ev.forcePlainString(n, pos)
	var ctx Context
	text := ev.forceString(s, pos, &ctx)
	var refs []string
	for _, e := range ev.sortedContext(ctx) {
		if e.Kind != OpaquePath {
			ev.fail(pos, "files created by builtins.toFile may not reference derivations, but %s references %s", name, ev.encoded(e))
		}
		refs = append(refs, e.Path)
	}
	p, err := ev.host.AddText(name, text, refs)
	if err != nil {
		ev.hostError(pos, err)
	}
	return mkContextString(p, ev.contextOf(ContextElem{Kind: OpaquePath, Path: p}))
}

// filterOf makes a filter of a function of a path and its type.
func (ev *Evaluator) filterOf(fn Value, pos Pos) func(string, FileType) bool {
	return func(p string, typ FileType) bool {
		v := ev.call2(fn, pos, ev.cell(mkString(p)), ev.cell(mkString(typ.String())))
		return ev.asBool(v, pos)
	}
}

// addPath adds what a builtin names; ctx is what that depends on, if it is in
// the store.
func (ev *Evaluator) addPath(a AddPath, ctx Context, pos Pos) Value {
	a.Follow = true
	dir := storepath.Dir(ev.host.StoreDir())
	if p, _, err := dir.ParseInside(a.Path); err == nil && len(ctx) > 0 {
		for placeholder, path := range ev.realise(ctx, pos) {
			a.Path = strings.ReplaceAll(a.Path, placeholder, path)
		}
		if a.Refs, err = ev.host.References(ev.life, p); err != nil {
			ev.hostError(pos, err)
		}
	}
	p, err := ev.host.AddPath(ev.life, a)
	if err != nil {
		ev.pathError(pos, a.Path, err)
	}
	return mkContextString(p, ev.contextOf(ContextElem{Kind: OpaquePath, Path: p}))
}

// pathBuiltin is builtins.path.
func pathBuiltin(ev *Evaluator, pos Pos, a *Value) Value {
	var add AddPath
	var ctx Context
	for _, x := range ev.forceAttrs(a, pos) {
		switch name := ev.name(x.sym); name {
		case "path":
			add.Path = ev.absolute(x.val, pos, &ctx)
		case "name":
			add.Name = ev.forcePlainString(x.val, pos)
		case "filter":
			add.Filter = ev.filterOf(ev.forceFunction(x.val, pos), pos)
		case "recursive":
			add.Flat = !ev.forceBool(x.val, pos)
		case "sha256":
			add.Want = ev.parseHash(ev.forcePlainString(x.val, pos), nixhash.SHA256, pos)
		default:
			ev.fail(pos, "unsupported argument '%s' to 'builtins.path'", name)
		}
	}
	if add.Path == "" {
		ev.fail(pos, "missing required 'path' attribute in the first argument to 'builtins.path'")
	}
	if add.Name == "" {
		add.Name = path.Base(add.Path)
	}
	return ev.addPath(add, ctx, pos)
}

func (ev *Evaluator) parseHash(text string, algo nixhash.Algo, pos Pos) nixhash.Hash {
	if text == "" {
		if algo == 0 {
			ev.fail(pos, "an empty hash needs 'outputHashAlgo'")
		}
		ev.host.Message("warning: found empty hash, assuming '" + algo.String() + "-" + strings.Repeat("A", 43) + "='")
		h, err := nixhash.New(algo, make([]byte, algo.Size()))
		if err != nil {
			ev.hostError(pos, err)
		}
		return h
	}
	h, err := nixhash.ParseAny(text, algo)
	if err != nil {
		ev.hostError(pos, err)
	}
	return h
}
