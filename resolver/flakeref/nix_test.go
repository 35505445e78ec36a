package flakeref

import (
	"bufio"
	"encoding/json"
	"errors"
	"os"
	"reflect"
	"testing"
)

// A golden line is what Nix 2.34.8 makes of a text: builtins.parseFlakeRef's
// attributes and builtins.flakeRefToString's URL of these; or the fragment that
// it refuses there; or that it refuses it for another reason.
type golden struct {
	Text     string
	Attrs    Attrs
	URL      string
	Fragment string
	Refused  bool
}

func goldens(t testing.TB, file string) []golden {
	t.Helper()
	f, err := os.Open("testdata/" + file)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	var all []golden
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		var g golden
		if err := json.Unmarshal(lines.Bytes(), &g); err != nil {
			t.Fatal(err)
		}
		for name, v := range g.Attrs {
			if n, ok := v.(float64); ok {
				g.Attrs[name] = int64(n)
			}
		}
		all = append(all, g)
	}
	if len(all) < 50 {
		t.Fatalf("only %d lines", len(all))
	}
	return all
}

func TestAsNix(t *testing.T) {
	for _, g := range goldens(t, "nix-2.34.8.jsonl") {
		t.Run(g.Text, func(t *testing.T) {
			ref, err := Parse(g.Text, Options{})
			if g.Refused || g.Fragment != "" {
				var e *Error
				if !errors.As(err, &e) || e.Hint() == "" {
					t.Fatalf("%v, %#v; Nix refuses it", err, ref.Attrs())
				}
			}
			switch {
			case g.Fragment != "":
				if _, fragment, _ := parse(g.Text, Options{}); fragment != g.Fragment {
					t.Fatalf("fragment %q, Nix has %q", fragment, g.Fragment)
				}
				return
			case g.Refused:
				return
			case err != nil:
				t.Fatalf("%v; Nix has %v", err, g.Attrs)
			}
			if !reflect.DeepEqual(ref.Attrs(), g.Attrs) {
				t.Errorf("attributes\n%v\nNix has\n%v", ref.Attrs(), g.Attrs)
			}
			if ref.String() != g.URL {
				t.Errorf("URL %s, Nix has %s", ref, g.URL)
			}
			again, err := FromAttrs(g.Attrs)
			if err != nil || !again.Equal(ref) || again.String() != g.URL {
				t.Errorf("from attributes: %v, %v", again, err)
			}
		})
	}
}

func TestAttrsAsNix(t *testing.T) {
	for _, g := range goldens(t, "nix-2.34.8-attrs.jsonl") {
		ref, err := FromAttrs(g.Attrs)
		shown := ""
		if err == nil {
			shown, err = ref.URL()
		}
		var e *Error
		switch {
		case g.Refused && (!errors.As(err, &e) || e.Hint() == ""):
			t.Errorf("%v: %v, %v; Nix refuses it", g.Attrs, shown, err)
		case !g.Refused && (err != nil || shown != g.URL):
			t.Errorf("%v: %v, %v; Nix has %s", g.Attrs, shown, err, g.URL)
		}
	}
}
