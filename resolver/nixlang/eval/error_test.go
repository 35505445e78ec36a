package eval_test

import (
	"errors"
	"slices"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// fails evaluates an expression that must go wrong.
func fails(t *testing.T, opts eval.Options, expr string) *eval.Error {
	t.Helper()
	if opts.Host == nil {
		opts.Host = host.New(host.Options{})
	}
	ev := eval.New(opts)
	v, err := ev.Expr("mine", expr, "/")
	if err == nil {
		_, err = ev.Print(v, true)
	}
	var bad *eval.Error
	if !errors.As(err, &bad) {
		t.Fatalf("%s: %v", expr, err)
	}
	return bad
}

func TestHints(t *testing.T) {
	for _, c := range []struct{ expr, msg, hint string }{
		{`{ foo = 1; }.fo`, "attribute 'fo' missing", "did you mean foo?"},
		{`let lenght = 1; in length`, "undefined variable 'length'", "write builtins.length"},
		{`let abc = 1; in abd`, "undefined variable 'abd'", "did you mean abc?"},
		{`with { abc = 1; }; abd`, "undefined variable 'abd'", "did you mean abc?\nit is in no scope, and in none of the sets that `with` opens around it"},
		{`({ name }: name) { nmae = 1; }`, "called without required argument 'name'", "did you mean nmae?"},
		{`({ name ? 1 }: name) { nmae = 1; }`, "called with unexpected argument 'nmae'", "did you mean name?"},
		{`builtins.lenght`, "attribute 'lenght' missing", "did you mean length?"},
		{`builtins.fetchClosure`, "attribute 'fetchClosure' missing", "--extra-experimental-features fetch-closure"},
		{`<nixpkgs>`, "file 'nixpkgs' was not found", "-I nixpkgs=PATH"},
		{`fetchTarball "https://example.invalid"`, "nothing is fetched here", ""},
		{`builtins.fetchMercurial "x"`, "Mercurial", "builtins.fetchGit"},
		{
			`throw "Package ‘steam-1.0.0.78’ in /p/default.nix:3 has an unfree license (‘unfree’), refusing to evaluate.\n\na) To …"`,
			"has an unfree license", `[ "steam" ]`,
		},
		{`throw "Package ‘openssl-1.1.1w’ in x:1 is marked as insecure, refusing to evaluate.\n"`, "insecure", `permittedInsecurePackages = [ "openssl-1.1.1w" ];`},
		{`throw "Package ‘a-1’ in x:1 is marked as broken, refusing to evaluate."`, "broken", "allowBroken = true;"},
		{
			`throw "Package ‘gcc-arm-1’ in x:1 is not available on the requested hostPlatform:\n  refusing to evaluate."`,
			"requested hostPlatform", "allowUnsupportedSystem = true;",
		},
	} {
		e := fails(t, eval.Options{}, c.expr)
		if !strings.Contains(e.Msg, c.msg) || !strings.Contains(e.Hint(), c.hint) || c.hint == "" && e.Hint() != "" {
			t.Errorf("%s: %q, hint %q", c.expr, e.Msg, e.Hint())
		}
	}
}

// places lists frames as text.
func places(frames []eval.Frame) (list []string) {
	for _, f := range frames {
		switch {
		case f.Note:
			list = append(list, "note: "+f.Text)
		case f.Text != "":
			list = append(list, f.Place.String()+" "+f.Text)
		default:
			list = append(list, f.Place.String())
		}
	}
	return list
}

func TestWayToAnError(t *testing.T) {
	e := fails(t, eval.Options{}, `let
  f = x: g x;
  g = x: throw "no ${x}";
in builtins.addErrorContext "in the story" (derivation { name = "d"; system = "s"; builder = f "b"; }).drvPath`)
	if e.Pos.String() != "mine:3:10" || e.Kind != eval.Thrown || e.Pos.Text != `  g = x: throw "no ${x}";` {
		t.Errorf("%s %d", e.Pos, e.Kind)
	}
	trace := places(e.Trace)
	for _, want := range []string{
		"mine:2:10 while calling 'g'", "mine:4:94 while calling 'f'", "mine:4:84 while evaluating attribute 'builder' of that derivation",
		"mine:4:58 while evaluating derivation 'd'", "note: in the story",
	} {
		i := slices.Index(trace, want)
		if i < 0 {
			t.Fatalf("%q is not in %q", want, trace)
		}
		trace = trace[i+1:]
	}
}

func TestBrief(t *testing.T) {
	e := &eval.Error{
		Pos: eval.Place{File: "/nix/store/a/lib.nix", Line: 1, Column: 1},
		Trace: []eval.Frame{
			{Place: eval.Place{File: "/nix/store/a/other.nix", Line: 2, Column: 1}},
			{Text: "inner", Note: true},
			{Place: eval.Place{File: "/p/mine.nix", Line: 3, Column: 1}},
			{Place: eval.Place{File: "/p/more.nix", Line: 4, Column: 1}},
			{Text: "outer", Note: true},
		},
	}
	got := places(e.Brief(func(f string) bool { return strings.HasPrefix(f, "/p/") }))
	want := []string{"/p/mine.nix:3:1", "/nix/store/a/lib.nix:1:1", "note: inner", "note: outer"}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
	e.Pos, e.Trace = e.Trace[2].Place, e.Trace[3:4]
	if got := places(e.Brief(func(string) bool { return true })); !slices.Equal(got, want[:1]) {
		t.Errorf("%q", got)
	}
}

func TestInfiniteRecursion(t *testing.T) {
	e := fails(t, eval.Options{}, `let
  a = b + 1;
  b = c.d;
  c = { d = a; };
in a`)
	if e.Kind != eval.InfiniteRecursion || e.Pos.Line != 2 {
		t.Errorf("%v", e)
	}
	if got := places(e.Cycle); !slices.Equal(got, []string{"mine:3:7"}) {
		t.Errorf("%q", got)
	}
}

// TestFailuresAreKept holds that what went wrong once is not tried again, but
// for what may end otherwise.
func TestFailuresAreKept(t *testing.T) {
	var said []string
	h := host.New(host.Options{Show: func(s string) { said = append(said, s) }})
	ev := eval.New(eval.Options{Host: h, MaxCallDepth: 200})
	v, err := ev.Expr("mine", `let
  x = builtins.trace "x" (throw "bad");
  y = builtins.addErrorContext "once" x;
in { twice = map (n: (builtins.tryEval y).success) [ 1 2 ]; inherit y; }`, "/")
	if err != nil {
		t.Fatal(err)
	}
	twice, err := ev.Attr(v, "twice")
	if err != nil {
		t.Fatal(err)
	}
	if text, err := ev.Print(twice, true); err != nil || text != "[ false false ]" {
		t.Error(text, err)
	}
	y, err := ev.Attr(v, "y")
	if err != nil {
		t.Fatal(err)
	}
	var bad *eval.Error
	if err := ev.Force(y); !errors.As(err, &bad) || bad.Msg != "bad" || bad.Pos.Line != 2 {
		t.Errorf("%v", err)
	}
	if notes := strings.Count(strings.Join(places(bad.Trace), "\n"), "note: once"); notes != 1 {
		t.Errorf("%d notes in %q", notes, places(bad.Trace))
	}
	if !slices.Equal(said, []string{"trace: x"}) {
		t.Errorf("%q", said)
	}
}

// TestInterruptLeavesNothing holds that an evaluation can go on after it was
// interrupted.
func TestInterruptLeavesNothing(t *testing.T) {
	var ev *eval.Evaluator
	h := host.New(host.Options{Show: func(string) { ev.Interrupt() }})
	for _, expr := range []string{
		`builtins.genericClosure { startSet = [ { key = 0; } ]; operator = x: [ { key = x.key + 1; } ]; }`,
		`builtins.sort (a: b: true) (builtins.genList (x: x) 10000000)`,
		`builtins.sort builtins.lessThan (builtins.genList (x: x) 10000000)`,
		`builtins.foldl' (a: b: b) 0 (builtins.genList (x: x) 10000000)`,
		`builtins.match "(a*)*b" (builtins.concatStringsSep "" (builtins.genList (x: "a") 10000))`,
		`builtins.hashString "sha256" "x"`,
		`builtins.toJSON [ 1 ]`,
		`[ 1 ] == [ 1 ]`,
		`let f = x: f x; in f 1`,
	} {
		ev = eval.New(eval.Options{Host: h})
		v, err := ev.Expr("mine", `builtins.trace "now" (`+expr+`)`, "/")
		if err == nil {
			err = ev.Force(v)
		}
		var bad *eval.Error
		if !errors.As(err, &bad) || bad.Kind != eval.Interrupted {
			t.Errorf("%s: %v", expr, err)
		}
	}
}
