package store_test

import (
	"bytes"
	"flag"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"devenv/store"
	"devenv/store/storepath"
)

var kills = flag.Int("kills", 0, "how many processes TestKillImport kills; 0: 60, and 200 in CI")

// TestKillImport kills processes at random moments of importing, optimising and
// collecting. After each the store is whole, and at the end the next collection
// leaves nothing behind.
func TestKillImport(t *testing.T) {
	if *kills == 0 {
		if *kills = 60; os.Getenv("CI") == "true" {
			*kills = 200
		}
	}
	file := exportOfMany(t)
	root := memoryRoot(t)
	works := []string{"import:" + file, "optimise:1", "import:" + file, "collect:1"}
	killed := 0
	longest := 60 * time.Millisecond // that one may live; it settles where half of them are killed at work
	for i := range *kills {
		cmd := process(works[i%len(works)], root)
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		time.Sleep(rand.N(longest))
		cmd.Process.Kill()
		if err := cmd.Wait(); err != nil {
			killed++
			longest += longest / 8
		} else {
			longest -= longest / 8
		}
		checkWhole(t, root)
		if t.Failed() {
			t.Fatalf("after kill %d, of %s", i, works[i%len(works)])
		}
	}
	t.Logf("%d of %d were killed before they were done", killed, *kills)
	if killed < *kills/5 {
		t.Error("too few of them were killed at work")
	}
	nix(t, root, "--verify", "--check-contents")
	s := open(t, root)
	plan, err := s.PlanGC(t.Context(), store.GCOptions{})
	if err != nil {
		t.Fatal(err)
	}
	if _, err := s.Execute(t.Context(), plan); err != nil {
		t.Fatal(err)
	}
	if left := names(t, root); len(left) > 0 {
		t.Errorf("left in the store: %q", left)
	}
}

// exportOfMany returns a file with an export of 40 trees.
func exportOfMany(t *testing.T) string {
	s := open(t, memoryRoot(t))
	var paths []storepath.Path
	for i := range 40 {
		paths = append(paths, add(t, s, fmt.Sprint("t", i), strings.Repeat(fmt.Sprint(i), 1000*i)).Path)
	}
	var export bytes.Buffer
	if err := s.Export(t.Context(), &export, paths...); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(t.TempDir(), "export")
	if err := os.WriteFile(file, export.Bytes(), 0o644); err != nil {
		t.Fatal(err)
	}
	return file
}
