package version

import (
	"strings"
	"testing"
)

// FuzzCompare holds that versions are in an order with each other: the other way
// round is the opposite, a version equals itself, and components are all of a
// version but its separators.
func FuzzCompare(f *testing.F) {
	for _, s := range []string{"1.2|1.10", "2.0pre1|2.0", "|a", "1..2|1-2", "007|7", "99999999999999999999|1"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, pair string) {
		a, b, _ := strings.Cut(pair, "|")
		if x, y := Compare(a, b), Compare(b, a); x != -y || x < -1 || x > 1 {
			t.Fatalf("%q, %q: %d and %d", a, b, x, y)
		}
		if Compare(a, a) != 0 {
			t.Fatalf("%q is not itself", a)
		}
		plain := strings.NewReplacer(".", "", "-", "").Replace(a)
		if all := strings.Join(Split(a), ""); all != plain {
			t.Fatalf("%q has the components %q", a, Split(a))
		}
		if name, version := ParseName(a); version == "" && name != a || version != "" && name+"-"+version != a {
			t.Fatalf("%q is %q and %q", a, name, version)
		}
	})
}
