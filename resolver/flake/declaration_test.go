package flake

import (
	"errors"
	"strings"
	"testing"

	"devenv/resolver/source"
)

// TestMistakes holds what is said of a flake.nix that cannot be used: where, what
// and the line to type.
func TestMistakes(t *testing.T) {
	const outputs = " outputs = _: { }; }"
	for _, c := range []struct{ name, text, at, what, fix string }{
		{"a function", "{ lib }: { }", "flake.nix:1:1", "must be a set that is written down", "outputs = { self }"},
		{"computed", "let x = 1; in { }", "flake.nix:1:1", "must be a set that is written down", "outputs"},
		{"no outputs", "{ description = \"x\"; }", "flake.nix:1:1", "the flake has no outputs", "add: outputs = { self }"},
		{"empty", "{ }", "flake.nix:1:1", "the flake has no outputs", "add: outputs"},
		{"description", "{\n  description = 1;" + outputs, "flake.nix:2:3", "this must be a string, and is an integer", `description = "what this is";`},
		{"computed description", `{ description = "a" + "b";` + outputs, "flake.nix:1:3", "must not be computed", "description ="},
		{"interpolation", `{ inputs.a.url = "path:${toString ./.}";` + outputs, "flake.nix:1:3", "must not be computed", `inputs.a.url = "github:owner/repo";`},
		{"computed inputs", "{ inputs = builtins.mapAttrs (n: v: v) { };" + outputs, "flake.nix:1:3", "must not be computed", "inputs.nixpkgs.url"},
		{"let inputs", "{ inputs = let x = 1; in { };" + outputs, "flake.nix:1:3", "must not be computed", "inputs.nixpkgs.url"},
		{"inputs' type", "{ inputs = [ ];" + outputs, "flake.nix:1:3", "this must be a set, and is a list", "inputs.nixpkgs.url"},
		{"an input's type", `{ inputs.a = "github:a/b";` + outputs, "flake.nix:1:3", "this must be a set, and is a string", `inputs.a.url = "github:owner/repo";`},
		{"url's type", `{ inputs.a.url = 1;` + outputs, "flake.nix:1:3", "this must be a string", "inputs.a.url"},
		{"unknown attribute", `{ inputs.a = { url = "x"; urll = "y"; };` + outputs, "flake.nix:1:27", "the input a has no attribute 'urll'", "is inputs.a.url meant?"},
		{"attributes without a type", `{ inputs.a = { owner = "x"; repo = "y"; };` + outputs, "flake.nix:1:16", "has no attribute 'owner'", `type = "github"`},
		{"both", `{ inputs.a = { url = "x"; follows = "y"; };` + outputs, "flake.nix:1:3", "both a reference and follows", "keep one"},
		{"follows' form", `{ inputs.a.follows = "a b";` + outputs, "flake.nix:1:3", `"a b" cannot be the name of an input`, "follows"},
		{"a bad URL", `{ inputs.a.url = "git+https://h/r?rev=zz";` + outputs, "flake.nix:1:3", "flake reference", ""},
		{"Mercurial", `{ inputs.a.url = "hg+https://h/r";` + outputs, "flake.nix:1:3", "Mercurial", "Git"},
		{"flake", `{ inputs.a = { url = "x"; flake = "no"; };` + outputs, "flake.nix:1:27", "this must be a Boolean, and is a string", "flake = false;"},
		{"self", `{ inputs.self.ref = "x";` + outputs, "flake.nix:1:3", "inputs.self has no attribute 'ref'", "submodules"},
		{"nested self", `{ inputs.a.inputs.self.url = "x";` + outputs, "flake.nix:1:3", "self is no input", "submodules"},
		{"outside", `{ inputs.a.url = /etc;` + outputs, "flake.nix:1:3", "the path /etc is outside", `"path:/etc"`},
		{"negative", `{ inputs.a = { type = "git"; url = "x"; lastModified = -1; };` + outputs, "flake.nix:1:41", "must not be computed", ""},
		{"a list", `{ inputs.a = { type = "git"; url = "x"; ref = [ ]; };` + outputs, "flake.nix:1:41", "is a list", ""},
		{"outputs' type", `{ outputs = { }; }`, "flake.nix:1:3", "outputs must be a function that is written down, and is a set", "outputs = { self }"},
		{"outputs computed", `{ outputs = import ./x.nix; }`, "flake.nix:1:3", "has to be computed", "outputs = { self }"},
		{"an argument's name", `{ outputs = { self, a' }: { }; }`, "flake.nix:1:21", "cannot be an input", "rename it"},
		{"unknown", `{ input.a.url = "x";` + outputs, "flake.nix:1:3", "flakes have no attribute 'input'", "is inputs meant?"},
		{"packages", `{ packages = { };` + outputs, "flake.nix:1:3", "flakes have no attribute 'packages'", "belongs into outputs"},
		{"nixConfig", `{ nixConfig.a = { };` + outputs, "flake.nix:1:3", "the setting a is a set", ""},
		{"nixConfig's list", `{ nixConfig.a = [ 1 ];` + outputs, "flake.nix:1:3", "this must be a string, and is an integer", ""},
		{"computed nixConfig", `{ nixConfig.a = "x" + "y";` + outputs, "flake.nix:1:3", "must not be computed", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			_, err := newReader().read("flake.nix", c.text, "", nil)
			var e *source.Error
			if !errors.As(err, &e) {
				t.Fatalf("%v", err)
			}
			if e.At.String() != c.at || !strings.Contains(e.What, c.what) || !strings.Contains(e.Fix, c.fix) || e.Fix == "" {
				t.Errorf("%v\nhint: %s", e, e.Fix)
			}
		})
	}
}

func TestDeclaration(t *testing.T) {
	d, err := newReader().read("flake.nix", `{
		description = ''two'';
		inputs = {
			a = { url = "github:a/b"; inputs.x = { url = "c"; inputs.y.follows = "z/w"; }; };
			b.follows = "a/x"; c = { }; d.url = ./sub/dir; e = { url = ../up; flake = false; };
			self = { submodules = true; };
		};
		nixConfig = { s = "x"; i = 1; b = false; l = [ "p" "q" ]; p = ./file; };
		outputs = { self, a, extra ? null, ... }: throw "not evaluated";
	}`, "dir", InputPath{"up", "here"})
	if err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{"a": "github:a/b", "d": "path:sub/dir", "e": "path:../up", "extra": "flake:extra"} {
		if got := d.Inputs[name].Ref.String(); got != want {
			t.Errorf("%s: %s", name, got)
		}
	}
	if d.Inputs["b"].Follows.String() != "up/here/a/x" || d.Inputs["a"].Inputs["x"].Inputs["y"].Follows.String() != "up/here/z/w" {
		t.Error("follows:", d.Inputs["b"].Follows)
	}
	if !d.Inputs["e"].Source || !d.Inputs["c"].Ref.IsZero() || len(d.Inputs) != 6 || d.Self["submodules"] != true || *d.Description != "two" {
		t.Error(d)
	}
	if d.Config["i"] != int64(1) || d.Config["b"] != false || d.Config["p"] != ConfigPath("../dir/file") && d.Config["p"] != ConfigPath("file") {
		t.Error(d.Config)
	}
}

func FuzzDeclaration(f *testing.F) {
	f.Add(`{ inputs.a.url = "x"; outputs = { self, b }: { }; }`)
	f.Add(`{ inputs = rec { a = { follows = "b/c"; flake = false; }; }; nixConfig.a = [ "x" ]; outputs = _: { }; }`)
	f.Add(`{ "${"inputs"}" = { }; outputs = x: y; }`)
	f.Fuzz(func(t *testing.T, text string) {
		d, err := newReader().read("flake.nix", text, "", nil)
		if err == nil && d.Inputs == nil {
			t.Error("neither inputs nor an error")
		}
	})
}
