package eval

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"testing"
)

// treeSample has all of the syntax, and treeSum is the SHA-256 of its tree with
// variables bound, written out.
const (
	treeSample = `{ a ? 1, b, ... } @ args: x: let inherit (b) c; inherit x; __sub = p: q: p; d = "x\n${c}"; body = 1; in
rec { e.f = d; e.g = __curPos; "h i" = [ a ./p /q ~/r ./s/${a} <t/u> 1.5 http://v.w ''
  in ${"dent"}
'' ]; ${c} = args; } // (with b; assert j ? k.${c} && !l || m -> (n == 1) != (2 < 3); if o <= 1 || 1 > 2 then -a * 2 / 3 - 4 + 5 else x.y.${d} or z ++ [ ])`
	treeSum = "81e053a5b4a2ae7c8c13cea58e457fc80d7ad63b39263c5ad4b66da6fc4779ba"
)

// A cache must not take trees of before a change for those of after.
func TestTreeVersion(t *testing.T) {
	ev := New(Options{Host: nowhere{}})
	f := ev.addFile("sample", treeSample, true)
	u := ev.unitOf(ev.parseFile(f), f, "/")
	ev.bind(u, nil)
	h := sha256.New()
	tree := u.tree
	fmt.Fprint(h, tree.Root, tree.Nodes, tree.Extra, tree.Sets, tree.Froms, tree.Bindings, tree.Lambdas, tree.Formals)
	for s := range tree.Symbols.Len() {
		fmt.Fprintf(h, " %q", tree.Symbols.Name(Sym(s)))
	}
	if got := hex.EncodeToString(h.Sum(nil)); got != treeSum {
		t.Errorf("trees have changed: raise TreeVersion, and set treeSum to %s", got)
	}
}

// nowhere is a world without files.
type nowhere struct{ Host }

func (nowhere) StoreDir() string { return "/nix/store" }
