package constraint

import (
	"errors"
	"testing"
	"unicode/utf8"
)

func FuzzNpm(f *testing.F)    { fuzz(f, NPM, npmRanges, []string{"1.2.3", "1.2.3-alpha.1"}) }
func FuzzPep440(f *testing.F) { fuzz(f, PEP440, pepSpecifiers, pepVersions) }
func FuzzGo(f *testing.F) {
	fuzz(f, Go, []string{"1.24", "go 1.24.3", ">=1.22, <1.25", "1.24.x", "go1.24rc1"}, []string{"1.24.5", "go1.25rc1"})
}

// fuzz parses anything: what is accepted reads the same when read again, what
// is refused says so at a column that exists, and orders are orders.
func fuzz(f *testing.F, g Grammar, constraints, versions []string) {
	for i, c := range constraints {
		f.Add(c, versions[i%len(versions)])
	}
	f.Fuzz(func(t *testing.T, text, version string) {
		c, err := Parse(g, text)
		var parse *ParseError
		if errors.As(err, &parse) {
			if n := utf8.RuneCountInString(text) + 1; parse.Column < 1 || parse.Column > n || parse.Hint() == "" {
				t.Fatalf("column %d of %d, hint %q", parse.Column, n, parse.Hint())
			}
			return
		}
		again, err := Parse(g, c.String())
		if err != nil || again.String() != c.String() || again.Match(version) != c.Match(version) {
			t.Fatalf("%q is not %q: %v", again, c, err)
		}
		if c.Match(version) && Compare(g, version, "\x00") <= 0 {
			t.Fatalf("%q matches %q, which is no version", c, version)
		}
		if Compare(g, version, text) != -Compare(g, text, version) || Compare(g, version, version) != 0 {
			t.Fatalf("%q and %q have no order", text, version)
		}
		all := []Candidate{{Version: version}, {Version: text, LTS: "iron"}, {Version: "1.2.3"}}
		if best, err := Select(g, text, all); err != nil {
			var none *NoMatchError
			if !errors.As(err, &none) || none.Error() == "" || none.Hint() == "" {
				t.Fatal(err)
			}
		} else if Compare(g, best.Version, version) < 0 && c.Match(version) {
			t.Fatalf("%q is not the newest", best.Version)
		}
	})
}
