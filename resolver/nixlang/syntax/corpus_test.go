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
		tb.Skip("NIX_CORPUS names no directory of .nix files")
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
