package host

import (
	"fmt"
	"strings"
	"testing"

	"devenv/store/derivation"
	"devenv/store/nixhash"
	"devenv/store/storepath"
)

// TestKeptDerivations reads texts from all places that they may be kept in, in
// any order.
func TestKeptDerivations(t *testing.T) {
	h := New(Options{Keep: true})
	texts := map[storepath.Path]string{}
	var order []storepath.Path
	for i := range 200 {
		text := strings.Repeat(fmt.Sprintf("derivation %d ", i), 1+i*100)
		p, err := storepath.Default.Text(fmt.Sprintf("p%d.drv", i), sum(nixhash.SHA256, []byte(text)), nil)
		if err != nil {
			t.Fatal(err)
		}
		for range 2 {
			if err := h.AddDerivation(p, &derivation.Derivation{}, []byte(text)); err != nil {
				t.Fatal(err)
			}
		}
		texts[p] = text
		order = append(order, p)
	}
	if n := len(h.drvs.blocks); n <= plainBlocks+2 {
		t.Fatalf("%d blocks try nothing", n)
	}
	for i := range order {
		p := order[i*77%len(order)]
		if got := h.made(p).text(); got != texts[p] {
			t.Errorf("%s has %d bytes, not %d", p, len(got), len(texts[p]))
		}
		got, err := h.ReadFile(storepath.Default.Join(p))
		if err != nil || string(got) != texts[p] {
			t.Errorf("%s read: %d bytes, %v", p, len(got), err)
		}
	}
	if h.virtual(storepath.Default.Join(order[0])+"x") || h.virtual("/a.drv") {
		t.Error("what was not made is there")
	}
}
