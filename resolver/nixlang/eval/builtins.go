package eval

import (
	"maps"
	"slices"
)

// Versions that the language claims to be.
const (
	nixVersion  = "2.35.2"
	langVersion = 6
)

// bare reports whether a builtin is a variable without the prefix __.
func bare(name string) bool {
	switch name {
	case "abort", "baseNameOf", "break", "derivation", "derivationStrict", "dirOf",
		"fetchGit", "fetchMercurial", "fetchTarball", "fetchTree", "fromTOML",
		"import", "isNull", "map", "placeholder", "removeAttrs", "scopedImport",
		"throw", "toString":
		return true
	}
	return false
}

// installBuiltins makes the set of builtins and the variables that are always
// there.
func (ev *Evaluator) installBuiltins() {
	ev.globals = map[Sym]*Value{}
	ev.builtins = ev.cell(null)
	var attrs []Attr
	global := func(name string, c *Value) { ev.globals[ev.intern(name)] = c }
	builtin := func(name string, c *Value) {
		attrs = append(attrs, Attr{ev.intern(name), 0, c})
		if !bare(name) {
			name = "__" + name
		}
		global(name, c)
	}
	for _, table := range [][]primop{
		typeBuiltins, listBuiltins, attrBuiltins, arithBuiltins, stringBuiltins, contextBuiltins,
		controlBuiltins, pathBuiltins, versionBuiltins, formatBuiltins, hashBuiltins, storeBuiltins, fetchBuiltins, flakeBuiltins,
	} {
		for i := range table {
			if need := gate(table[i].name); need != "" && !ev.opts.feature(need) {
				continue
			}
			builtin(table[i].name, ev.cell(mkPrimop(&table[i])))
		}
	}
	constants := ev.constants()
	for _, name := range slices.Sorted(maps.Keys(constants)) {
		builtin(name, ev.cell(constants[name]))
	}
	builtin("derivation", ev.derivationCell())
	for i, v := range []Value{trueVal, falseVal, null} {
		name, c := [...]string{"true", "false", "null"}[i], ev.cell(v)
		attrs = append(attrs, Attr{ev.intern(name), 0, c})
		global(name, c)
	}
	attrs = append(attrs, Attr{ev.sym.builtins, 0, ev.builtins})
	sortAttrs(attrs)
	*ev.builtins = mkAttrs(attrs)
	ev.globals[ev.sym.builtins] = ev.builtins
}

// constants are the builtins that are no functions. What is impure is not
// there in pure mode.
func (ev *Evaluator) constants() map[string]Value {
	c := map[string]Value{
		"nixVersion":  mkString(nixVersion),
		"langVersion": mkInt(langVersion),
		"storeDir":    ev.setting("storeDir", mkString(ev.host.StoreDir())),
		"nixPath":     ev.setting("nixPath", ev.searchPathValue()),
	}
	if !ev.opts.Pure {
		c["currentSystem"] = ev.setting("currentSystem", mkString(ev.opts.System))
		if ev.opts.Now != nil {
			c["currentTime"] = ev.setting("currentTime", mkInt(ev.opts.Now()))
		}
	}
	return c
}

// setting is a value that the host is told of when it is looked at.
func (ev *Evaluator) setting(name string, v Value) Value {
	told := &primop{name: name, arity: 1, one: func(ev *Evaluator, _ Pos, _ *Value) Value {
		ev.host.Setting(name, ev.settingText(ev.cell(v)))
		return v
	}}
	return mkApp(&application{f: ev.cell(mkPrimop(told)), a: ev.cell(null)})
}

// settingText is what Host.Setting says of a value: a string as it is, and what
// else as builtins.toJSON does.
func (ev *Evaluator) settingText(v *Value) string {
	if v.isString() {
		return v.str()
	}
	var ctx Context
	return string(ev.appendJSON(nil, v, 0, &ctx, false))
}

func (ev *Evaluator) searchPathValue() Value {
	var list []*Value
	for _, e := range ev.opts.SearchPath {
		b := ev.buildAttrs(2)
		b.add("prefix", mkString(e.Prefix))
		b.add("path", mkString(e.Path))
		list = append(list, ev.cell(b.value()))
	}
	return mkList(list)
}

// derivationSource is builtins.derivation: the lazy shell around
// derivationStrict.
const derivationSource = `drvAttrs @ { outputs ? [ "out" ], ... }:
let
  strict = derivationStrict drvAttrs;
  commonAttrs = drvAttrs // builtins.listToAttrs outputsList // {
    all = map (x: x.value) outputsList;
    inherit drvAttrs;
  };
  outputToAttrListElement = outputName: {
    name = outputName;
    value = commonAttrs // {
      outPath = builtins.getAttr outputName strict;
      drvPath = strict.drvPath;
      type = "derivation";
      inherit outputName;
    };
  };
  outputsList = map outputToAttrListElement outputs;
in
(builtins.head outputsList).value
`

// internalFile is what messages call the texts of the evaluator itself.
const internalFile = "<derivation>"

// derivationCell compiles builtins.derivation when it is first used.
func (ev *Evaluator) derivationCell() *Value {
	op := &primop{name: "derivation", arity: 1, one: func(ev *Evaluator, _ Pos, _ *Value) Value {
		return ev.parse(internalFile, derivationSource, "/", false, nil).Eval(ev, nil)
	}}
	return ev.cell(mkApp(&application{f: ev.cell(mkPrimop(op)), a: ev.cell(null)}))
}
