//go:build upstream

// Held against trees that are fetched by hand: go test -tags upstream, with the
// directories in NIX_LANG_TESTS, NIX_PACKAGES, NIX_CORPUS and NIX_PARSED.

package syntax

import (
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// corpus reads all .nix files below the directory that NIX_CORPUS names.
func corpus(tb testing.TB) map[string]string {
	dir := os.Getenv("NIX_CORPUS")
	if dir == "" {
		tb.Fatal("NIX_CORPUS names no directory of .nix files")
	}
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d fs.DirEntry, err error) error {
		if err == nil && d.Type().IsRegular() && strings.HasSuffix(path, ".nix") {
			text, err := os.ReadFile(path)
			files[path] = string(text)
			return err
		}
		return err
	})
	if err != nil {
		tb.Fatal(err)
	}
	return files
}

func BenchmarkParse(b *testing.B) {
	files := corpus(b)
	var size int64
	for _, text := range files {
		size += int64(len(text))
	}
	b.SetBytes(size)
	b.ReportAllocs()
	var p Parser
	for b.Loop() {
		for path, text := range files {
			if _, err := p.Parse(text); err != nil {
				b.Fatal(path, err)
			}
		}
	}
}

// TestCorpusAsOldNix compares with what nix-instantiate --parse printed, one
// file each in the directory that NIX_PARSED names. Nix 2.8 printed inherited
// names as selections and put empty strings in front of indented ones, so both
// texts are read again and printed alike.
func TestCorpusAsOldNix(t *testing.T) {
	files := corpus(t)
	dir := os.Getenv("NIX_PARSED")
	if dir == "" {
		t.Fatal("NIX_PARSED names no directory of printed files")
	}
	again := func(text string) string {
		var p Parser
		tree, err := p.Parse(text)
		if err != nil {
			return err.Error()
		}
		for i := range tree.Sets {
			s := &tree.Sets[i]
			for b := s.First; b >= 0; b = tree.Bindings[b].Next {
				x := &tree.Bindings[b]
				if x.Kind == InheritedFrom {
					part := uint32(StaticPart(x.Sym))
					tree.Extra = append(tree.Extra, part, uint32(None))
					tree.Nodes = append(tree.Nodes, Node{Select, 0, 1, uint32(tree.Froms[x.Expr].Expr), uint32(len(tree.Extra) - 2)})
					x.Kind, x.Expr = Plain, ID(len(tree.Nodes)-1)
				}
			}
		}
		for i := range tree.Nodes {
			if n := &tree.Nodes[i]; n.Kind == Add && tree.Nodes[n.A].Kind == Str && tree.Nodes[n.A].B == 0 {
				*n = tree.Nodes[n.B]
			}
		}
		return tree.Print(Place{Dir: "/", Home: "/root"})
	}
	equal, bad := 0, 0
	for path, text := range files {
		want, err := os.ReadFile(filepath.Join(dir, strings.ReplaceAll(path, "/", "_")))
		if err != nil {
			continue
		}
		var p Parser
		tree, err := p.Parse(text)
		if (err != nil) != (len(want) == 0) {
			t.Errorf("%s: %v; nix printed %d bytes", path, err, len(want))
			continue
		}
		if err != nil {
			bad++
			continue
		}
		got := again(tree.Print(Place{Dir: filepath.Dir(path), Home: "/root"}))
		if w := again(string(want)); got != w {
			i := 0
			for i < min(len(got), len(w)) && got[i] == w[i] {
				i++
			}
			t.Errorf("%s:\n got …%.200s\nwant …%.200s", path, got[max(0, i-60):], w[max(0, i-60):])
			continue
		}
		equal++
	}
	t.Logf("%d equal, %d refused by both", equal, bad)
}
