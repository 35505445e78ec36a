//go:build upstream

// Held against trees that are fetched by hand: go test -tags upstream, with the
// directories in NIX_LANG_TESTS, NIX_PACKAGES, NIX_CORPUS and NIX_PARSED.

package syntax

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestUpstreamParseOkay runs Nix's own language tests from a checkout that
// NIX_LANG_TESTS names; they are not part of this repository.
func TestUpstreamParseOkay(t *testing.T) {
	dir := os.Getenv("NIX_LANG_TESTS")
	if dir == "" {
		t.Fatal("NIX_LANG_TESTS names no checkout of tests/functional/lang")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "parse-okay-*.nix"))
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		want, err := os.ReadFile(strings.TrimSuffix(file, ".nix") + ".exp")
		if err != nil {
			t.Fatal(err)
		}
		var p Parser
		tree, err := p.Parse(string(text))
		if err != nil {
			t.Errorf("%s: %v", file, err)
			continue
		}
		got := tree.Print(Place{Dir: "/pwd/lang", Home: "/fake-home"})
		if got != strings.TrimSuffix(string(want), "\n") {
			t.Errorf("%s:\n got %s\nwant %s", filepath.Base(file), got, want)
		}
	}
}

// TestUpstreamParseFail compares where and why: the first line and the place.
func TestUpstreamParseFail(t *testing.T) {
	dir := os.Getenv("NIX_LANG_TESTS")
	if dir == "" {
		t.Fatal("NIX_LANG_TESTS names no checkout of tests/functional/lang")
	}
	files, _ := filepath.Glob(filepath.Join(dir, "parse-fail-*.nix"))
	for _, file := range files {
		text, _ := os.ReadFile(file)
		want, _ := os.ReadFile(strings.TrimSuffix(file, ".nix") + ".err.exp")
		var p Parser
		_, err := p.Parse(string(text))
		if strings.HasPrefix(string(want), "error: undefined variable") {
			continue // found when names are looked up
		}
		if err == nil {
			t.Errorf("%s parses", filepath.Base(file))
			continue
		}
		e := err.(*Error)
		at := PositionAt(string(text), e.Off)
		got := "error: " + strings.ReplaceAll(e.Msg, OriginMark, "«stdin»") + "\n       at " + strings.ReplaceAll(placeholder(at), OriginMark, "«stdin»")
		if !strings.HasPrefix(string(want), got+":\n") {
			t.Errorf("%s:\n got %s\nwant %s", filepath.Base(file), got, want)
		}
	}
}
