package flakeref

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
)

// testdata/registry.json was written by `nix registry add` of Nix 2.34.8.
func TestRegistryIsPrintedAsNixDoes(t *testing.T) {
	data, err := os.ReadFile("testdata/registry.json")
	if err != nil {
		t.Fatal(err)
	}
	r, err := ParseRegistry(data, "registry.json")
	if err != nil {
		t.Fatal(err)
	}
	if again, err := r.Bytes(); err != nil || !bytes.Equal(again, data) {
		t.Errorf("%v\n%s", err, again)
	}
	nixpkgs := parsed(t, "nixpkgs")
	r.Set(nixpkgs, parsed(t, "github:a/b"))
	if last := r.Entries[len(r.Entries)-1]; len(r.Entries) != 4 || last.To.String() != "github:a/b" {
		t.Errorf("%v", r.Entries)
	}
	if n := r.Remove(nixpkgs); n != 1 {
		t.Errorf("removed %d", n)
	}
}

func parsed(t testing.TB, text string) Ref {
	t.Helper()
	ref, err := Parse(text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	return ref
}

func registry(t *testing.T, lines string) *Registry {
	r := &Registry{}
	for line := range strings.Lines(lines) {
		words := strings.Fields(line)
		if len(words) < 2 {
			continue
		}
		r.Entries = append(r.Entries, Entry{From: parsed(t, words[0]), To: parsed(t, words[1]), Exact: len(words) > 2})
	}
	return r
}

func TestResolve(t *testing.T) {
	const rev = "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
	layers := []Layer{
		{"flag", nil},
		{"user", registry(t, `
			short   nixpkgs/nixos-25.05
			sub     path:/tmp/x?dir=a
			chain   sub2
			sub2    path:/tmp/y
			pinned  github:o/pinned/main exact
			git     git+https://h/r
			github:a/b  path:/fork
			loop    loop2
			loop2   loop
		`)},
		{"global", registry(t, "nixpkgs github:NixOS/nixpkgs/nixpkgs-unstable\nsub path:/never")},
	}
	for text, want := range map[string]string{
		"nixpkgs":                    "github:NixOS/nixpkgs/nixpkgs-unstable",
		"nixpkgs/nixos-24.11":        "github:NixOS/nixpkgs/nixos-24.11",
		"nixpkgs/" + rev:             "github:NixOS/nixpkgs/" + rev,
		"flake:nixpkgs?dir=lib":      "github:NixOS/nixpkgs/nixpkgs-unstable?dir=lib",
		"short":                      "github:NixOS/nixpkgs/nixos-25.05",
		"sub":                        "path:/tmp/x?dir=a",
		"flake:sub?dir=b":            "path:/tmp/x?dir=a",
		"flake:chain?dir=b":          "path:/tmp/y?dir=b",
		"pinned":                     "github:o/pinned/main",
		"pinned/x":                   "!knows the name",
		"sub/x":                      "!branch or revision",
		"git/main":                   "git+https://h/r?ref=main",
		"git/" + rev:                 "!no branch or tag",
		"git/main/" + rev:            "git+https://h/r?ref=main&rev=" + rev,
		"github:a/b":                 "path:/fork",
		"github:a/c":                 "github:a/c",
		"nobody":                     `!knows the name "nobody"`,
		"loop":                       "!in a circle",
		"path:/x":                    "path:/x",
		"nixpkgs/nixos-24.11/" + rev: "!cannot have a revision",
	} {
		got, err := Resolve(parsed(t, text), layers)
		if problem, ok := strings.CutPrefix(want, "!"); ok {
			var e *Error
			if !errors.As(err, &e) || !strings.Contains(e.Error(), problem) || e.Hint() == "" {
				t.Errorf("%s: %v, %v", text, got, err)
			}
		} else if err != nil || got.String() != want {
			t.Errorf("%s: %v, %v, want %s", text, got, err, want)
		}
	}
}

func TestBuiltin(t *testing.T) {
	got, err := Resolve(parsed(t, "nixpkgs/nixos-25.05"), []Layer{{"built-in", Builtin()}})
	if err != nil || got.String() != "github:NixOS/nixpkgs/nixos-25.05" {
		t.Errorf("%v, %v", got, err)
	}
	for _, e := range Builtin().Entries {
		if !e.To.Direct() {
			t.Errorf("%s leads to %s", e.From, e.To)
		}
	}
}

func TestBadRegistries(t *testing.T) {
	for _, text := range []string{
		``, `[]`, `{}`, `{"version":3,"flakes":[]}`, `{"version":2,"flakes":[{"from":{"type":"indirect","id":"x"}}]}`,
		`{"version":2,"flakes":[{"from":{"type":"indirect","id":"x y"},"to":{"type":"path","path":"/"}}]}`,
		`{"version":2,"flakes":[{"from":{"type":"indirect","id":"x"},"to":{"type":"path","path":["/"]}}]}`,
		`{"version":2,"flakes":[{"from":{"type":"indirect","id":"x"},"to":{"type":"path","path":"/","revCount":1.5}}]}`,
	} {
		r, err := ParseRegistry([]byte(text), "/etc/nix/registry.json")
		var e *RegistryError
		if !errors.As(err, &e) || !strings.Contains(e.Hint(), "/etc/nix/registry.json") {
			t.Errorf("%s: %v, %v", text, r, err)
		}
	}
}

func FuzzParseRegistry(f *testing.F) {
	data, err := os.ReadFile("testdata/registry.json")
	if err != nil {
		f.Fatal(err)
	}
	f.Add(data)
	f.Fuzz(func(t *testing.T, data []byte) {
		r, err := ParseRegistry(data, "r")
		if err != nil {
			return
		}
		printed, err := r.Bytes()
		if err != nil {
			t.Fatal(err)
		}
		again, err := ParseRegistry(printed, "r")
		if err != nil {
			t.Fatalf("%v: %s", err, printed)
		}
		if twice, err := again.Bytes(); err != nil || !bytes.Equal(twice, printed) {
			t.Fatalf("%v\n%s\n%s", err, printed, twice)
		}
	})
}
