package eval_test

import (
	"errors"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// What grows without an end stops at the limit; what only passes through memory
// does not.
func TestMaxMemory(t *testing.T) {
	for _, test := range []struct {
		expr string
		ok   bool
	}{
		{`let l = n: [ n ] ++ l (n + 1); in builtins.length (builtins.foldl' (a: _: a ++ a) [ 1 ] (builtins.genList (x: x) 60))`, false},
		{`builtins.length (builtins.genList (x: x) 900000000)`, false},
		{`builtins.stringLength (builtins.foldl' (a: _: a + a) "0123456789" (builtins.genList (x: x) 60))`, false},
		{`builtins.stringLength (builtins.foldl' (a: _: "${a}${a}") "0123456789" (builtins.genList (x: x) 60))`, false},
		{`let f = n: builtins.concatLists [ (builtins.genList (x: x) 1000) n ]; in builtins.length (builtins.foldl' (a: _: f a) [ ] (builtins.genList (x: x) 100000))`, false},
		{`builtins.foldl' (a: x: a + x) 0 (builtins.concatMap (x: builtins.genList (y: builtins.length (builtins.genList (z: z) 1000)) 40) (builtins.genList (x: x) 100))`, true},
	} {
		ev := eval.New(eval.Options{
			MaxMemory: 64 << 20,
			Host:      host.New(host.Options{}),
		})
		v, err := ev.Expr("test", test.expr, "/")
		if err == nil {
			err = ev.Force(v)
		}
		var bad *eval.Error
		switch {
		case test.ok:
			if err != nil {
				t.Errorf("%s: %v", test.expr, err)
			}
		case !errors.As(err, &bad) || bad.Kind != eval.OutOfMemory || !strings.Contains(bad.Msg, "64 MiB") || !strings.Contains(bad.Hint(), "--max-memory"):
			t.Errorf("%s: %v", test.expr, err)
		}
	}
}
