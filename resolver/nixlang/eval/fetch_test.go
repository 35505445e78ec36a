package eval_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

const fetched = "/nix/store/x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-source"

// recorder is a Fetcher that has everything.
type recorder struct{ asked []string }

func (r *recorder) FetchURL(_ context.Context, u eval.FetchURL) (string, error) {
	r.asked = append(r.asked, fmt.Sprintf("%s %s %v %s", u.URL, u.Name, u.Unpack, u.Want))
	return fetched, nil
}

func (r *recorder) FetchTree(_ context.Context, f eval.FetchTree) (eval.Tree, error) {
	r.asked = append(r.asked, fmt.Sprintf("%s %v %s", f.Builtin, f.Attrs, f.Ref))
	tree := eval.Tree{Path: fetched, Attrs: map[string]eval.FetchAttr{"narHash": "sha256-x", "lastModified": int64(86400)}}
	if f.Attrs["type"] == "git" {
		tree.Attrs["type"] = "git"
	}
	if rev, ok := f.Attrs["rev"]; ok {
		tree.Attrs["rev"], tree.Attrs["revCount"] = rev, int64(7)
	}
	return tree, nil
}

func (r *recorder) FetchClosure(_ context.Context, c eval.FetchClosure) (string, error) {
	r.asked = append(r.asked, fmt.Sprintf("%s %s %s %v %v", c.Store, c.From, c.To, c.Rewrite, c.InputAddressed))
	return fetched, nil
}

func (r *recorder) ParseFlakeRef(ref string) (map[string]eval.FetchAttr, error) {
	return map[string]eval.FetchAttr{"ref": ref, "n": int64(1), "b": true}, nil
}

func (r *recorder) FlakeRefToString(attrs map[string]eval.FetchAttr) (string, error) {
	return fmt.Sprint(attrs), nil
}

func (r *recorder) Flake(_ context.Context, ev *eval.Evaluator, ref string, _ bool) (*eval.Value, error) {
	if ref == "bad" {
		return nil, errors.New("no such flake")
	}
	return ev.Attrs(map[string]*eval.Value{"ref": ev.String(ref), "lazy": ev.Lazy(func() (*eval.Value, error) { return nil, errors.New("too far") })}), nil
}

func TestFetchers(t *testing.T) {
	const rev = "0123456789012345678901234567890123456789"
	for _, c := range []struct{ expr, value, asked string }{
		{`builtins.fetchurl "https://a/b.txt"`, `"` + fetched + `"`, "https://a/b.txt b.txt false "},
		{`fetchTarball { url = "channel:nixos-25.05"; name = "n"; }`, `"` + fetched + `"`, "https://channels.nixos.org/nixos-25.05/nixexprs.tar.xz n true "},
		{`builtins.getContext (fetchTarball "https://a/b")`, `{ "` + fetched + `" = { path = true; }; }`, "https://a/b source true "},
		{`builtins.fetchGit "https://a/b"`, `{ lastModified = 86400; lastModifiedDate = "19700102000000"; narHash = "sha256-x"; outPath = "` + fetched +
			`"; rev = "0000000000000000000000000000000000000000"; revCount = 0; shortRev = "0000000"; submodules = false; }`,
			"fetchGit map[exportIgnore:true type:git url:https://a/b] "},
		{`builtins.fetchTree { type = "git"; url = /a; rev = "` + rev + `"; }`, `{ lastModified = 86400; lastModifiedDate = "19700102000000"; narHash = "sha256-x"; outPath = "` + fetched +
			`"; rev = "` + rev + `"; revCount = 7; shortRev = "0123456"; submodules = false; }`, "fetchTree map[rev:" + rev + " shallow:true type:git url:/a] "},
		{`(builtins.fetchTree "github:a/b").outPath`, `"` + fetched + `"`, "fetchTree map[] github:a/b"},
		{`builtins.parseFlakeRef "x"`, `{ b = true; n = 1; ref = "x"; }`, ""},
		{`builtins.flakeRefToString { a = 1; b = true; c = "d"; }`, `"map[a:1 b:true c:d]"`, ""},
		{`(builtins.getFlake "x").ref`, `"x"`, ""},
		{`builtins.fetchClosure { fromStore = "https://c"; fromPath = ` + fetched + `; toPath = ""; }`, `"` + fetched + `"`, "https://c x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0x0-source  true false"},
	} {
		r := &recorder{}
		got, err := with(r, c.expr)
		if err != nil || got != c.value {
			t.Errorf("%s: %s %v", c.expr, got, err)
		}
		if asked := strings.Join(r.asked, "\n"); asked != c.asked {
			t.Errorf("%s: asked %q", c.expr, asked)
		}
	}
}

// TestFetchersRefuse has messages of Nix 2.34.
func TestFetchersRefuse(t *testing.T) {
	for expr, want := range map[string]string{
		`builtins.fetchTree {}`:                                                          "argument 'type' is missing in call to 'fetchTree'",
		`builtins.fetchTree { type = "git"; name = "x"; }`:                               "argument 'name' isn’t supported in call to 'fetchTree'",
		`builtins.fetchTree { type = "git"; url = [ ]; }`:                                "argument 'url' to 'fetchTree' is a list while a string, Boolean or integer is expected",
		`builtins.fetchTree { type = "git"; depth = -1; }`:                               "negative value given for 'fetchTree' argument 'depth': -1",
		`builtins.fetchTree { type = "git"; publicKeys = [ ]; }`:                         "experimental Nix feature 'verified-fetches' is disabled",
		`builtins.fetchGit { type = "git"; }`:                                            "unexpected argument 'type'",
		`builtins.fetchurl { }`:                                                          "'url' argument required",
		`builtins.fetchurl { url = "http://a/b"; foo = 1; }`:                             "unsupported argument 'foo' to 'fetchurl'",
		`builtins.fetchurl "http://a/~b"`:                                                "name '~b' contains illegal character '~'. Please pass an attribute set",
		`builtins.flakeRefToString { a = [ ]; }`:                                         "flake reference attribute sets may only contain integers, Booleans, and strings, but attribute 'a' is a list",
		`builtins.flakeRefToString { a = -1; }`:                                          "negative value given for flake ref attr a: -1",
		`builtins.getFlake "bad"`:                                                        "no such flake",
		`(builtins.getFlake "x").lazy`:                                                   "too far",
		`builtins.fetchClosure { }`:                                                      "attribute 'fromPath' is missing in call to 'fetchClosure'",
		`builtins.fetchClosure { fromPath = ` + fetched + `; }`:                          "attribute 'fromStore' is missing in call to 'fetchClosure'",
		`builtins.fetchClosure { x = 1; }`:                                               "attribute 'x' isn't supported in call to 'fetchClosure'",
		`builtins.fetchClosure { fromPath = ` + fetched + `; fromStore = "file:///x"; }`: "'fetchClosure' only supports http:// and https:// stores",
	} {
		if _, err := with(&recorder{}, expr); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", expr, err)
		}
	}
}

// with evaluates an expression with a Fetcher.
func with(f eval.Fetcher, expr string) (string, error) {
	ev := eval.New(eval.Options{Host: host.New(host.Options{Fetcher: f}), Features: map[string]bool{"fetch-closure": true}})
	v, err := ev.Expr("mine", expr, "/")
	if err != nil {
		return "", err
	}
	return ev.Print(v, true)
}
