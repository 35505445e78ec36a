package eval_test

import (
	"errors"
	"slices"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// TestValuesOfGo builds values, gives them to a program and takes its answer
// apart.
func TestValuesOfGo(t *testing.T) {
	ev := eval.New(eval.Options{Host: host.New(host.Options{})})
	elem := eval.ContextElem{Kind: eval.OpaquePath, Path: "/nix/store/x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-a"}
	forced := 0
	arg := ev.Attrs(map[string]*eval.Value{
		"null": ev.Null(), "yes": ev.Bool(true), "int": ev.Int(-7), "big": ev.Int(1 << 62), "float": ev.Float(1.5), "text": ev.String("t"),
		"dep": ev.StringContext("d", elem), "path": ev.Path("/a/b"), "list": ev.List(ev.Int(1), ev.Int(2)),
		"lazy": ev.Lazy(func() (*eval.Value, error) { forced++; return ev.Int(3), nil }),
		"bad":  ev.Lazy(func() (*eval.Value, error) { return nil, errors.New("no luck") }),
		"inc": ev.Func("inc", func(a *eval.Value) (*eval.Value, error) {
			i, err := ev.ToInt(a)
			return ev.Int(i + 1), err
		}),
	})
	f, err := ev.Expr("mine", `x: { inherit (x) yes float path bad; sum = x.int + x.lazy + x.lazy + x.inc 1; big = x.big; text = x.text + x.dep; list = map x.inc x.list; }`, "/")
	if err != nil {
		t.Fatal(err)
	}
	out, err := ev.Call(f, arg)
	if err != nil {
		t.Fatal(err)
	}
	names, err := ev.AttrNames(out)
	if err != nil || !slices.Equal(names, []string{"bad", "big", "float", "list", "path", "sum", "text", "yes"}) {
		t.Errorf("%q %v", names, err)
	}
	attr := func(name string) *eval.Value {
		v, err := ev.Attr(out, name)
		if err != nil || v == nil {
			t.Fatalf("%s: %v", name, err)
		}
		return v
	}
	if yes, err := ev.ToBool(attr("yes")); err != nil || !yes {
		t.Error(yes, err)
	}
	if sum, err := ev.ToInt(attr("sum")); err != nil || sum != 1 || forced != 1 {
		t.Error(sum, forced, err)
	}
	if big, err := ev.ToInt(attr("big")); err != nil || big != 1<<62 {
		t.Error(big, err)
	}
	if x, err := ev.ToFloat(attr("float")); err != nil || x != 1.5 {
		t.Error(x, err)
	}
	if text, elems, err := ev.ToString(attr("text")); err != nil || text != "td" || !slices.Equal(elems, []eval.ContextElem{elem}) {
		t.Error(text, elems, err)
	}
	if p, err := ev.ToPath(attr("path")); err != nil || p != "/a/b" {
		t.Error(p, err)
	}
	list, err := ev.ToList(attr("list"))
	if err != nil || len(list) != 2 {
		t.Fatal(list, err)
	}
	if i, err := ev.ToInt(list[1]); err != nil || i != 3 {
		t.Error(i, err)
	}
	if _, err := ev.ToInt(attr("bad")); err == nil || err.Error() != "no luck" {
		t.Error(err)
	}
	if _, err := ev.ToInt(attr("yes")); err == nil {
		t.Error("a Boolean is taken for an integer")
	}
	if none, err := ev.Attr(out, "none"); err != nil || none != nil {
		t.Error(none, err)
	}
	if place, err := ev.AttrPlace(out, "sum"); err != nil || place.String() != "mine:1:38" {
		t.Error(place, err)
	}
	if word, err := ev.Type(attr("path")); err != nil || word != "path" {
		t.Error(word, err)
	}
}

func TestSearchPath(t *testing.T) {
	got := eval.ParseSearchPath("nixpkgs=/a:/b/c:x=https://h/t.tar.gz:y=channel:nixos-unstable:flake:nixpkgs:z=flake:github:a/b::http://h:80/x")
	want := []eval.SearchEntry{
		{Prefix: "nixpkgs", Path: "/a"}, {Path: "/b/c"}, {Prefix: "x", Path: "https://h/t.tar.gz"}, {Prefix: "y", Path: "channel:nixos-unstable"},
		{Path: "flake:nixpkgs"}, {Prefix: "z", Path: "flake:github"}, {Path: "a/b"}, {Path: "http://h"}, {Path: "80/x"},
	}
	if !slices.Equal(got, want) {
		t.Errorf("%q", got)
	}
}

func TestLints(t *testing.T) {
	for _, c := range []struct {
		expr string
		want []string
	}{
		{`a/b`, []string{"short"}},
		{`[ ./a ../b "x://y" ''x://y'' "${"x://y"}x://y" ./a${"b"}c/d ]`, nil},
		{`[ /a ~/b x://y ]`, []string{"absolute", "home", "url"}},
	} {
		var said []string
		h := host.New(host.Options{Show: func(s string) { said = append(said, s) }})
		ev := eval.New(eval.Options{Host: h, Home: "/h", Lints: eval.Lints{AbsolutePaths: eval.Warn, ShortPaths: eval.Warn, URLs: eval.Warn}})
		if _, err := ev.Expr("mine", c.expr, "/"); err != nil {
			t.Fatal(err)
		}
		if len(said) != len(c.want) {
			t.Errorf("%s: %q", c.expr, said)
		}
	}
}
