package difftest

import (
	"bytes"
	"fmt"
	"io"
	"time"
)

// A Hunt looks for expressions on which two evaluators differ.
type Hunt struct {
	Nix   Nix
	Dir   string // scratch; the same path for Nix
	Seed  uint64
	Batch int
	// Known excuses a difference that is explained.
	Known func(expr string, ours, nix Outcome) bool
	Log   io.Writer
	// Most is how many differences are enough.
	Most int
}

// Tally is what a hunt came to.
type Tally struct {
	Expressions, Values, Errors, Printed, Excused, Skipped int
	Differences                                            []Difference
}

func (t Tally) String() string {
	return fmt.Sprintf("%d expressions (%d values, %d errors), %d printed, %d excused, %d skipped, %d differ",
		t.Expressions, t.Values, t.Errors, t.Printed, t.Excused, t.Skipped, len(t.Differences))
}

// Difference is a smallest expression that two evaluators do not agree on.
type Difference struct {
	Expr      string
	Seed      uint64
	Way       []string // of printing
	Ours, Nix Outcome
}

func (d Difference) String() string {
	return fmt.Sprintf("seed %d %v\n%s\nours: %.600s\n nix: %.600s\n", d.Seed, d.Way, d.Expr, d.Ours, d.Nix)
}

// Run hunts until a time, one seed after another.
func (h *Hunt) Run(until time.Time) (Tally, error) {
	var t Tally
	seen := map[string]bool{}
	for seed := h.Seed; time.Now().Before(until) && len(t.Differences) < h.Most; seed++ {
		g := NewGenerator(seed)
		exprs := make([]*Expr, h.Batch)
		for i := range exprs {
			exprs[i] = g.Next()
		}
		if err := h.batch(&t, seed, exprs, seen); err != nil {
			t.Skipped += len(exprs)
			fmt.Fprintf(h.Log, "seed %d: skipped: %v\n", seed, err)
		}
		if seed%20 == 0 {
			fmt.Fprintf(h.Log, "seed %d: %s\n", seed, t)
		}
	}
	return t, nil
}

func (h *Hunt) batch(t *Tally, seed uint64, exprs []*Expr, seen map[string]bool) error {
	b, err := newBatch(h.Dir, exprs)
	if err != nil {
		return err
	}
	mine := newOurs()
	got := mine.outcomes(b)
	want, err := h.Nix.outcomes(b)
	if err != nil {
		return err
	}
	t.Expressions += len(exprs)
	var good []int
	var odd []*Expr
	for i, e := range exprs {
		if !want[i].Failed {
			good = append(good, i)
			t.Values++
		} else {
			t.Errors++
		}
		if class(got[i]) == class(want[i]) {
			continue
		}
		if h.Known(b.texts[i], got[i], want[i]) {
			t.Excused++
			continue
		}
		if k := key(got[i], want[i]); !seen[k] {
			seen[k] = true
			odd = append(odd, e)
		}
	}
	h.print(t, mine, b, seed, exprs, good, seen)
	for _, e := range odd {
		h.report(t, seed, shrink(e, h.differ))
	}
	return nil
}

// differ evaluates candidates anew.
func (h *Hunt) differ(exprs []*Expr) []bool {
	bad := make([]bool, len(exprs))
	b, err := newBatch(h.Dir, exprs)
	if err != nil {
		return bad
	}
	got := newOurs().outcomes(b)
	want, err := h.Nix.outcomes(b)
	for i := range bad {
		bad[i] = err == nil && class(got[i]) != class(want[i]) && !h.Known(b.texts[i], got[i], want[i])
	}
	return bad
}

func (h *Hunt) report(t *Tally, seed uint64, e *Expr) {
	b, err := newBatch(h.Dir, []*Expr{e})
	if err != nil {
		return
	}
	want, err := h.Nix.outcomes(b)
	if err != nil {
		return
	}
	h.add(t, Difference{Expr: b.texts[0], Seed: seed, Ours: newOurs().outcomes(b)[0], Nix: want[0]})
}

func (h *Hunt) add(t *Tally, d Difference) {
	t.Differences = append(t.Differences, d)
	fmt.Fprintf(h.Log, "%s\n", d)
}

// print compares what is printed of the expressions that both evaluate.
func (h *Hunt) print(t *Tally, mine ours, b *batch, seed uint64, exprs []*Expr, good []int, seen map[string]bool) {
	for _, w := range ways {
		var files []string
		var texts [][]byte
		var which []int
		for _, i := range good {
			out := mine.guard(func() (string, error) { return w.print(mine, b, i) })
			if !out.Failed {
				files, texts, which = append(files, b.file(i)), append(texts, []byte(out.Value)), append(which, i)
			}
		}
		t.Printed += len(files)
		name := w.flags[len(w.flags)-1]
		if k := h.firstOdd(w, files, texts); k >= 0 && !seen[name] {
			seen[name] = true
			small := shrink(exprs[which[k]], func(list []*Expr) []bool { return h.printDiffers(w, list) })
			h.reportPrinted(t, seed, w, small)
		}
		if _, err := newBatch(h.Dir, exprs); err != nil {
			return
		}
	}
}

// firstOdd finds a file that Nix prints otherwise, or none: -1. A file at which
// Nix stops is not counted.
func (h *Hunt) firstOdd(w way, files []string, texts [][]byte) int {
	if len(files) == 0 {
		return -1
	}
	nix := h.Nix.printed(files, w.flags...)
	if nix != nil && bytes.Equal(nix, bytes.Join(texts, nil)) {
		return -1
	}
	half := len(files) / 2
	if half == 0 {
		return min(0, len(nix)-1)
	}
	if k := h.firstOdd(w, files[:half], texts[:half]); k >= 0 {
		return k
	}
	if k := h.firstOdd(w, files[half:], texts[half:]); k >= 0 {
		return half + k
	}
	return -1
}

func (h *Hunt) printDiffers(w way, exprs []*Expr) []bool {
	bad := make([]bool, len(exprs))
	b, err := newBatch(h.Dir, exprs)
	if err != nil {
		return bad
	}
	o := newOurs()
	for i := range bad {
		got := o.guard(func() (string, error) { return w.print(o, b, i) })
		nix := h.Nix.printed([]string{b.file(i)}, w.flags...)
		bad[i] = !got.Failed && nix != nil && got.Value != string(nix)
		if bad[i] {
			break
		}
	}
	return bad
}

func (h *Hunt) reportPrinted(t *Tally, seed uint64, w way, e *Expr) {
	b, err := newBatch(h.Dir, []*Expr{e})
	if err != nil {
		return
	}
	o := newOurs()
	got := o.guard(func() (string, error) { return w.print(o, b, 0) })
	nix := h.Nix.printed([]string{b.file(0)}, w.flags...)
	h.add(t, Difference{Expr: b.texts[0], Seed: seed, Way: w.flags, Ours: got, Nix: Outcome{Value: string(nix)}})
}
