package host_test

import (
	"os"
	"path/filepath"
	"testing"
	"time"

	"devenv/resolver/nixlang/astcache"
	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// A remembered file is as one that is read: its value, its changes, and the read
// set.
func TestTrees(t *testing.T) {
	dir, cache := t.TempDir(), t.TempDir()
	file := filepath.Join(dir, "a.nix")
	write := func(text string) {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(pure bool) (string, string) {
		now := func() time.Time { return time.Now().Add(time.Hour) } // all files are old
		h := host.New(host.Options{Record: true, Now: now})
		c := astcache.New(astcache.Options{Dir: cache, Version: eval.TreeVersion})
		ev := eval.New(eval.Options{Host: h, Trees: h.Trees(c), Pure: pure})
		v, err := ev.File(file)
		if err != nil {
			return err.Error(), ""
		}
		text, err := ev.Print(v, true)
		if err != nil {
			return err.Error(), ""
		}
		if err := c.Close(); err != nil {
			t.Fatal(err)
		}
		return text, string(host.AppendReads(nil, h.Reads()))
	}
	write(`let x = 1; f = { a ? x, ... }: with { y = a; }; y + x; in [ (f { }) (builtins.unsafeGetAttrPos "q" { q = 1; }).line (1 - 2) ]`)
	first, reads := run(false)
	if first != "[ 2 1 -1 ]" {
		t.Fatal(first)
	}
	packs, _ := filepath.Glob(filepath.Join(cache, "*"))
	second, readsAgain := run(false)
	if again, _ := filepath.Glob(filepath.Join(cache, "*")); len(packs) != 1 || len(again) != 1 {
		t.Errorf("packs: %v, then %v", packs, again)
	}
	if first != second || reads != readsAgain || reads == "" {
		t.Errorf("%s, then %s\n%s\n%s", first, second, reads, readsAgain)
	}
	write("~/x")
	if got, _ := run(false); got != "/x" {
		t.Errorf("a changed file: %s", got)
	}
	if got, _ := run(true); got == "/x" {
		t.Errorf("in pure mode: %s", got)
	}
	write("undefined")
	for range 2 {
		if got, _ := run(false); got != file+":1:1: undefined variable 'undefined'" {
			t.Errorf("a mistake: %s", got)
		}
	}
}
