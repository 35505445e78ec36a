package profile

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"devenv/resolver/nixlang/eval"
	"devenv/resolver/nixlang/host"
)

// record evaluates a program in which one function does nearly all, by a clock
// that ticks with each sample.
func record(t *testing.T) (*Recorder, *eval.Evaluator) {
	t.Helper()
	now := time.Unix(1e9, 0)
	r := NewRecorder(func() time.Time { now = now.Add(time.Millisecond); return now })
	ev := eval.New(eval.Options{Host: host.New(host.Options{}), Sampled: r.Sample})
	v, err := ev.Expr("«prog»", `let
  fib = n: if n < 2 then n else fib (n - 1) + fib (n - 2);
  outer = x: { y = fib x; };
in (outer 21).y`, "/")
	if err != nil {
		t.Fatal(err)
	}
	if _, err := ev.Print(v, true); err != nil {
		t.Fatal(err)
	}
	return r, ev
}

func TestFolded(t *testing.T) {
	r, ev := record(t)
	var out bytes.Buffer
	if err := r.WriteFolded(&out, ev); err != nil {
		t.Fatal(err)
	}
	line := regexp.MustCompile(`^toplevel(;(fib|outer) «prog»:\d+:\d+)* \d+$`)
	deep := 0
	for l := range strings.Lines(out.String()) {
		if !line.MatchString(strings.TrimSuffix(l, "\n")) {
			t.Fatalf("%q", l)
		}
		deep = max(deep, strings.Count(l, "fib"))
	}
	if deep < 5 {
		t.Errorf("the deepest stack has fib %d times", deep)
	}
}

// TestPprof holds that Go's own tool reads the profile.
func TestPprof(t *testing.T) {
	r, ev := record(t)
	file := filepath.Join(t.TempDir(), "p.pb.gz")
	f, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := r.WritePprof(f, ev); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	out, err := exec.Command("go", "tool", "pprof", "-top", "-sample_index=time", file).CombinedOutput()
	if err != nil || !regexp.MustCompile(`(?m)\d+ms .* fib «prog»:2:9`).Match(out) || !strings.Contains(string(out), "toplevel") {
		t.Errorf("%v\n%s", err, out)
	}
}
