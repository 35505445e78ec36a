package eval_test

import (
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// TestReadFileMentions holds what Nix 2.34.8 does: a text that is read from the
// store depends on those references of its object that occur in it.
func TestReadFileMentions(t *testing.T) {
	ev := eval.New(eval.Options{Host: host.New(host.Options{Keep: true})})
	v, err := ev.Expr("«test»", `let u = builtins.toFile "u" "v"; in
		builtins.getContext (builtins.readFile (builtins.toFile "t" "b ${u}")) == { ${builtins.unsafeDiscardStringContext u} = { path = true; }; }`, "/")
	if err != nil {
		t.Fatal(err)
	}
	if same, err := ev.ToBool(v); err != nil || !same {
		t.Errorf("%v, %v", same, err)
	}
}
