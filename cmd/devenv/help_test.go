package main

import (
	"bytes"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write the golden files anew")

// TestHelp holds what a person reads behind --help, so that a change of it is
// seen: testdata/help has a file for each command. Go test -update writes them.
func TestHelp(t *testing.T) {
	help := func(args ...string) []byte {
		return []byte(output(t, slices.Concat([]string{"devenv"}, args, []string{"--help"})...))
	}
	top := help()
	texts := map[string][]byte{"devenv": top}
	for _, m := range regexp.MustCompile(`(?m)^  ([a-z-]+) +[A-Z]`).FindAllSubmatch(top, -1) {
		texts[string(m[1])] = help(string(m[1]))
	}
	if len(texts) < 20 {
		t.Fatalf("the help of devenv lists %d commands", len(texts))
	}
	for name, got := range texts {
		golden := filepath.Join("testdata", "help", name+".golden")
		if *update {
			if err := os.WriteFile(golden, got, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil || !bytes.Equal(got, want) {
			t.Errorf("%s --help is not %s (%v; -update writes it):\n%s", name, golden, err, got)
		}
		for line := range strings.Lines(string(got)) {
			if n := len([]rune(strings.TrimSuffix(line, "\n"))); n > 120 {
				t.Errorf("%s --help: a line of %d columns: %s", name, n, line)
			}
		}
	}
	files, _ := filepath.Glob("testdata/help/*.golden")
	for _, f := range files {
		if name := strings.TrimSuffix(filepath.Base(f), ".golden"); texts[name] == nil {
			t.Errorf("%s is of no command", f)
		}
	}
}
