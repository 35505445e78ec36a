package eval

import (
	"strings"

	"devenv/store/derivation"
	"devenv/store/storepath"
)

// importedSource makes of a .drv file's content what builtins.derivation would
// have returned for its recipe.
const importedSource = `drv @ { drvPath, name, outputs, ... }:
let
  shared = builtins.listToAttrs named // {
    all = map (x: x.value) named;
    inherit drvPath name;
    type = "derivation";
  };
  named = map (outputName: {
    name = outputName;
    value = shared // { inherit outputName; outPath = drv.${outputName}; };
  }) outputs;
in
(builtins.head named).value
`

// importDerivation is import of a .drv file in the store; false if the path is
// none.
func (ev *Evaluator) importDerivation(p string, pos Pos) (Value, bool) {
	if !strings.HasSuffix(p, derivation.Extension) {
		return null, false
	}
	dir := storepath.Dir(ev.host.StoreDir())
	drv, err := dir.Parse(p)
	if err != nil {
		return null, false
	}
	if _, err := ev.host.Lstat(p); err != nil {
		return null, false
	}
	d, err := ev.readDerivation(drv)
	if err != nil {
		ev.hostError(pos, err)
	}
	name, _ := d.Lookup("name")
	b := ev.buildAttrs(3 + len(d.Outputs))
	b.add("drvPath", mkContextString(p, ev.contextOf(ContextElem{Kind: DeepDrv, Path: p})))
	b.add("name", mkString(name))
	var names []*Value
	for _, o := range ev.derivationAt(drv, pos).outputs {
		b.add(o.name, ev.outputString(drv, p, o))
		names = append(names, ev.cell(mkString(o.name)))
	}
	b.add("outputs", mkList(names))
	f := ev.parse(internalFile, importedSource, "/", false, nil).Eval(ev, nil)
	return ev.call(f, pos, ev.cell(b.value())), true
}
