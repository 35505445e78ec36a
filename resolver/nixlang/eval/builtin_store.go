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
		return ev.addPath(AddPath{Name: baseName(file), Path: file, Filter: ev.filterOf(fn, pos)}, pos)
	}},
	{name: "storePath", arity: 1, one: func(ev *Evaluator, pos Pos, a *Value) Value {
		var ctx Context
		p := ev.absolute(a, pos, &ctx)
		parsed, _, err := storepath.Dir(ev.host.StoreDir()).ParseInside(p)
		if err != nil {
			ev.fail(pos, "path '%s' is not in the Nix store", p)
		}
		ctx.add(ev.contextOf(ContextElem{Kind: OpaquePath, Path: storepath.Dir(ev.host.StoreDir()).Join(parsed)}))
		return mkContextString(p, ctx)
	}},
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

func (ev *Evaluator) addPath(a AddPath, pos Pos) Value {
	p, err := ev.host.AddPath(a)
	if err != nil {
		ev.pathError(pos, a.Path, err)
	}
	return mkContextString(p, ev.contextOf(ContextElem{Kind: OpaquePath, Path: p}))
}

// pathBuiltin is builtins.path.
func pathBuiltin(ev *Evaluator, pos Pos, a *Value) Value {
	var add AddPath
	for _, x := range ev.forceAttrs(a, pos) {
		switch name := ev.name(x.sym); name {
		case "path":
			var ctx Context
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
	return ev.addPath(add, pos)
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
